package io.parlance.generation;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.PromptCache;
import io.parlance.generation.constraint.ConstrainedText;
import io.parlance.generation.constraint.TokenConstraint;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.chat.ChatTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A generative model in memory: its graphs, its tokenizer where it has one, and the settings that
 * come with it. Thread-safe.
 */
public final class GenerativeModel implements AutoCloseable {
  private final ModelFolder folder;
  private final Decoder decoder;
  private final @Nullable Tokenizer tokenizer;
  private final GenerationOptions options;
  private final PromptCache promptCache;
  private final Map<String, TaskSettings> tasks;
  private final ModelConstraints constraints;
  private volatile @Nullable ChatTemplate chatTemplate;

  private GenerativeModel(
      ModelFolder folder,
      Decoder decoder,
      @Nullable Tokenizer tokenizer,
      GenerationOptions options,
      PromptCache promptCache,
      Map<String, TaskSettings> tasks) {
    this.promptCache = promptCache;
    this.folder = folder;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.options = options;
    this.tasks = tasks;
    this.constraints = new ModelConstraints(folder.name(), tokenizer, decoder.vocabularySize());
  }

  /**
   * Loads a model: {@code decoder_model_merged}, the pair of {@code decoder_model} and {@code
   * decoder_with_past_model}, or {@code model}, and {@code encoder_model} where there is one.
   *
   * @param prompts how much it remembers of prompts
   * @throws io.parlance.ModelNotFoundException if files are missing
   * @throws ModelUnusableException if its graphs are no decoder
   */
  public static GenerativeModel open(
      ModelSource source, SessionOptions session, CachePolicy prompts) {
    ModelFolder folder = ModelFolder.open(source);
    GenerationOptions options = GenerationSettings.of(folder);
    Map<String, TaskSettings> tasks = GenerationSettings.ofTasks(folder);
    Tokenizer tokenizer = folder.hasTokenizer() ? folder.loadTokenizer() : null;
    try {
      return new GenerativeModel(
          folder,
          load(folder, session),
          tokenizer,
          options,
          new PromptCache(growsWithLength(folder) ? CachePolicy.none() : prompts),
          tasks);
    } catch (RuntimeException | Error e) {
      if (tokenizer != null) {
        tokenizer.close();
      }
      throw e;
    }
  }

  /**
   * Whether positions are rotated by angles that depend on how long the text is, so that what was
   * computed for the beginning of one text does not belong to a longer one.
   */
  private static boolean growsWithLength(ModelFolder folder) {
    JsonObject config = folder.json("config.json").orElseGet(JsonObject::new);
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      if (config.get(key) instanceof JsonObject rotation) {
        JsonElement type =
            rotation.has("rope_type") ? rotation.get("rope_type") : rotation.get("type");
        if (type instanceof JsonPrimitive name
            && List.of("dynamic", "longrope", "su").contains(name.getAsString())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Decoder load(ModelFolder folder, SessionOptions options) {
    List<Session> opened = new ArrayList<>();
    try {
      List<Session> graphs = new ArrayList<>();
      for (String role : roles(folder)) {
        graphs.add(folder.loadGraph(role, options));
        opened.add(graphs.get(graphs.size() - 1));
      }
      Session encoder =
          folder.hasGraph(ModelFolder.ENCODER)
              ? folder.loadGraph(ModelFolder.ENCODER, options)
              : null;
      opened.clear(); // the decoder closes them from here on
      return Decoder.of(graphs, encoder, sizes(folder.config()));
    } catch (RuntimeException | Error e) {
      opened.forEach(Session::close);
      throw e;
    }
  }

  private static List<String> roles(ModelFolder folder) {
    if (folder.hasGraph(ModelFolder.DECODER_MERGED)) {
      return List.of(ModelFolder.DECODER_MERGED);
    }
    if (folder.hasGraph(ModelFolder.DECODER) && folder.hasGraph(ModelFolder.DECODER_WITH_PAST)) {
      return List.of(ModelFolder.DECODER, ModelFolder.DECODER_WITH_PAST);
    }
    boolean part =
        folder.hasGraph(ModelFolder.DECODER)
            || folder.hasGraph(ModelFolder.DECODER_WITH_PAST)
            || folder.hasGraph(ModelFolder.ENCODER);
    if (part && !folder.hasGraph(ModelFolder.MODEL)) {
      throw new ModelNotFoundException(
          "model "
              + folder.name()
              + " has no whole decoder: it has "
              + Stream.of(ModelFolder.ENCODER, ModelFolder.DECODER, ModelFolder.DECODER_WITH_PAST)
                  .filter(folder::hasGraph)
                  .toList()
              + ", and needs decoder_model_merged, or decoder_model with decoder_with_past_model;"
              + " export it with its past");
    }
    return List.of(ModelFolder.MODEL);
  }

  private static Decoder.Sizes sizes(ModelConfig config) {
    int allHeads = first(config, "num_attention_heads", "n_head", "num_heads");
    int heads = first(config, "num_key_value_heads");
    int hidden = first(config, "hidden_size", "n_embd", "d_model");
    int size = first(config, "head_dim", "d_kv");
    return new Decoder.Sizes(
        heads > 0 ? heads : allHeads,
        size > 0 ? size : allHeads > 0 ? hidden / allHeads : 0,
        config.vocabularySize().orElse(0));
  }

  private static int first(ModelConfig config, String... keys) {
    for (String key : keys) {
      OptionalInt value = config.integer(key);
      if (value.isPresent()) {
        return value.getAsInt();
      }
    }
    return 0;
  }

  /** Where it comes from, for messages. */
  public String name() {
    return folder.name();
  }

  /** The graphs. */
  public Decoder decoder() {
    return decoder;
  }

  /** What it remembers of prompts. */
  public PromptCache promptCache() {
    return promptCache;
  }

  /** The settings that come with the model. */
  public GenerationOptions options() {
    return options;
  }

  /**
   * The settings for a task as {@code task_specific_params} names it, for example {@code
   * translation_en_to_fr}; where it has none, those for any task.
   */
  public TaskSettings settings(String task) {
    TaskSettings own = tasks.get(task);
    return own != null ? own : Objects.requireNonNull(tasks.get(TaskSettings.ANY));
  }

  /** The tasks that the model has settings for. */
  public List<String> tasks() {
    return tasks.keySet().stream().filter(name -> !name.equals(TaskSettings.ANY)).toList();
  }

  /** The files it was loaded from. */
  public ModelFolder folder() {
    return folder;
  }

  /** Tokens that prompt and answer can have together; empty where nothing limits them. */
  public OptionalInt positions() {
    return folder.config().maximumLength();
  }

  /** The tokenizer, or null where the folder has none and only token ids go in and out. */
  public @Nullable Tokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * The template that turns messages into a prompt; read when first asked for.
   *
   * @throws ModelUnusableException if there is none, or it is not valid
   */
  public ChatTemplate chatTemplate() {
    ChatTemplate known = chatTemplate;
    if (known == null) {
      if (tokenizer == null) {
        throw new InvalidInputException(name() + " has no tokenizer.json; pass token ids");
      }
      known = folder.loadChatTemplate(tokenizer.specialTokens());
      chatTemplate = known;
    }
    return known;
  }

  /** The tokens that the decoder begins with where an encoder reads the text. */
  int[] start(GenerationOptions all) {
    List<Integer> start = all.get(GenerationOption.DECODER_START_TOKEN_ID);
    if (start == null) {
      start = all.get(GenerationOption.BOS_TOKEN_ID);
    }
    if (start == null || start.isEmpty()) {
      throw new ModelUnusableException(
          folder
              + " does not tell what its decoder begins with; set decoder_start_token_id in "
              + GenerationSettings.GENERATION_CONFIG);
    }
    return new int[] {start.get(0)};
  }

  /**
   * Begins a request: the tokens are the prompt, or what the encoder reads where there is one.
   *
   * @param given the caller's options, which win over those of the model
   */
  public GenerationRequest.Builder request(int[] tokens, GenerationOptions given) {
    GenerationOptions all = given.over(options);
    if (!decoder.hasEncoder()) {
      GenerationRequest.Builder request = GenerationRequest.of(tokens, all).positions(positions());
      return constrained(request, all, tokens);
    }
    int most = positions().orElse(Integer.MAX_VALUE);
    if (tokens.length == 0 || tokens.length > most) {
      throw new InvalidInputException(
          "the text has "
              + tokens.length
              + " tokens; the encoder of "
              + folder
              + " reads at least 1"
              + (most == Integer.MAX_VALUE ? "" : " and at most " + most));
    }
    GenerationRequest.Builder request =
        GenerationRequest.of(start(all), all).source(tokens).positions(positions());
    return constrained(request, all, tokens);
  }

  /** Holds a request to the constraint of its options, if there is one. */
  private GenerationRequest.Builder constrained(
      GenerationRequest.Builder request, GenerationOptions all, int[] prompt) {
    TokenConstraint held = constraints.of(all);
    return held == null ? request : request.constraint(held, isAtBeginning(held, prompt));
  }

  private boolean isAtBeginning(TokenConstraint held, int[] prompt) {
    return decoder.hasEncoder() || !held.hasText(prompt);
  }

  /**
   * Makes text of a constrained answer.
   *
   * @param tokens that the request was made of
   * @param given the caller's options
   * @return null where nothing constrains the answer
   */
  public @Nullable ConstrainedText constrainedText(int[] tokens, GenerationOptions given) {
    TokenConstraint held = constraints.of(given.over(options));
    return held == null ? null : held.text(isAtBeginning(held, tokens));
  }

  /** SHA-256 of its files; see {@link ModelFolder#digest()}. */
  public String digest() {
    return folder.digest();
  }

  /**
   * Generates a token, or reads one where there is no cache, so that what is made with the first
   * run is there.
   */
  public void warmUp() {
    int[] some = tokenizer == null ? new int[] {0} : tokenizer.encode("a").ids();
    if (!decoder.hasCache()) {
      decoder.read(new int[] {some[0]}, RunControl.create()).close();
      return;
    }
    GenerationOptions one = GenerationOptions.NONE.with(GenerationOption.MAX_NEW_TOKENS, 1);
    try (GenerationRun run = new GenerationRun(decoder, null, 1, RunControl.create())) {
      run.add(request(some, one).build(), found -> {});
      run.finish();
    }
  }

  @Override
  public void close() {
    promptCache.close();
    decoder.close();
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}

package io.parlance.model;

import io.parlance.ModelNotFoundException;
import io.parlance.model.hub.HubSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Brings a model from a hub ahead of its use, for example when an image is built. */
public final class ModelDownload {
  private static final Pattern SETTINGS =
      Pattern.compile(
          "generation_config\\.json|chat_template\\.jinja|additional_chat_templates/[^/]+\\.jinja"
              + "|modules\\.json|config_sentence_transformers\\.json|sentence_[a-z-]+_config\\.json"
              + "|\\d+_\\w+/(config\\.json|model\\.safetensors)");

  private ModelDownload() {}

  /**
   * Fetches what the SDK reads of a model: configuration, tokenizer, the graphs of the source's
   * variant with the weights beside them, and the settings of embeddings and of chats. Without any
   * graph, the weights in {@code model.safetensors}.
   *
   * @return the folder of the snapshot
   * @throws ModelNotFoundException if there is no such model or no such variant
   * @throws io.parlance.ModelAccessException if the hub wants a token or a permission
   * @throws io.parlance.ModelDownloadException if it cannot be downloaded or kept
   */
  public static Path fetch(ModelSource.Hub source) {
    InHub files = new InHub(source);
    if (!files.exists(ModelFolder.CONFIG)) {
      throw new ModelNotFoundException("there is no " + files.describe(ModelFolder.CONFIG));
    }
    List<String> wanted = new ArrayList<>(List.of(ModelFolder.CONFIG));
    wanted.addAll(ModelFolder.TOKENIZER_FILES);
    files.endingWith("").stream().filter(SETTINGS.asMatchPredicate()).forEach(wanted::add);
    files.bring(wanted);
    List<String> graphs = graphs(files, source);
    if (graphs.isEmpty()) {
      List<String> weights = source.variant().isEmpty() ? files.weights() : List.of();
      if (weights.isEmpty()) {
        throw new ModelNotFoundException(
            "model "
                + source
                + " has no "
                + ModelFolder.fileOf(ModelFolder.MODEL, source)
                + "; its graphs are "
                + files.graphs()
                + "; choose a variant of them, or name the files to download");
      }
      files.bring(weights);
    }
    graphs.forEach(files::path);
    return files.snapshot().folder();
  }

  private static List<String> graphs(InHub files, ModelSource source) {
    List<String> graphs = new ArrayList<>();
    boolean merged = false;
    for (String role : ModelFolder.ROLES) {
      String file = ModelFolder.fileOf(role, source);
      boolean part = role.equals(ModelFolder.DECODER) || role.equals(ModelFolder.DECODER_WITH_PAST);
      for (String place : List.of(file, "onnx/" + file)) {
        if (!(part && merged) && files.exists(place)) {
          graphs.add(place);
          merged |= role.equals(ModelFolder.DECODER_MERGED);
          break;
        }
      }
    }
    return graphs;
  }

  /**
   * Fetches the files whose names match one of the patterns, in which {@code *} stands for any
   * characters and {@code ?} for one.
   *
   * @return the folder of the snapshot
   * @throws ModelNotFoundException if none matches
   */
  public static Path fetch(ModelSource.Hub source, List<String> patterns) {
    HubSnapshot snapshot = new InHub(source).snapshot();
    List<Pattern> wanted = patterns.stream().map(ModelDownload::pattern).toList();
    List<String> matching =
        snapshot.files().stream()
            .filter(name -> wanted.stream().anyMatch(each -> each.matcher(name).matches()))
            .toList();
    if (matching.isEmpty()) {
      throw new ModelNotFoundException(
          "no file of " + source + " matches " + patterns + "; it has " + snapshot.files());
    }
    matching.forEach(snapshot::fetch);
    return snapshot.folder();
  }

  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return Pattern.compile(regex.toString());
  }
}

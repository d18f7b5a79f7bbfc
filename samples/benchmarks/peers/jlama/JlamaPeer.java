import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.llama.LlamaConfig;
import com.github.tjake.jlama.model.llama.LlamaModel;
import com.github.tjake.jlama.model.llama.LlamaTokenizer;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.safetensors.SafeTensorSupport;
import com.github.tjake.jlama.safetensors.prompt.PromptContext;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Greedy generation by Jlama. Arguments: threads, model folder, tokens of the prompt with commas
 * between them (the first is what Jlama puts before every prompt), new tokens, rounds before those
 * that count, rounds.
 */
class JlamaPeer {
  private static final String TOKENIZER =
      """
      {"model": {"type": "BPE", "unk_token": "<unk>", "vocab": {"<unk>": 0}, "merges": []}}
      """;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  public static void main(String[] arguments) throws Exception {
    PhysicalCoreExecutor.overrideThreadCount(Integer.parseInt(arguments[0]));
    Path folder = Path.of(arguments[1]);
    List<Integer> prompt = Stream.of(arguments[2].split(",")).map(Integer::valueOf).toList();
    int count = Integer.parseInt(arguments[3]);
    ObjectMapper json =
        JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    ObjectNode settings = (ObjectNode) json.readTree(folder.resolve("config.json").toFile());
    settings.put("bos_token_id", prompt.get(0));
    settings.put("eos_token_id", -1); // so that nothing ends early
    LlamaConfig config = json.treeToValue(settings, LlamaConfig.class);
    config.setWorkingDirectory(null);
    Path scratch = Files.createTempDirectory("peer-");
    Files.writeString(scratch.resolve("tokenizer.json"), TOKENIZER);
    TokenIds tokens = new TokenIds(scratch);
    try (AbstractModel model =
        new LlamaModel(
            config,
            SafeTensorSupport.loadWeights(folder.toFile()),
            tokens,
            DType.F32,
            DType.F32,
            Optional.empty())) {
      String text = prompt.stream().skip(1).map(String::valueOf).collect(Collectors.joining(","));
      int whole = prompt.size() + count - 1; // the first new token is not counted there
      Runnable write =
          () -> {
            tokens.written.clear();
            model.generate(
                UUID.randomUUID(), PromptContext.of(text), 0, whole, (token, time) -> {});
          };
      write.run();
      System.out.println("tokens " + tokens);
      for (int round = 1; round < Integer.parseInt(arguments[4]); round++) {
        write.run();
      }
      for (int round = 0; round < Integer.parseInt(arguments[5]); round++) {
        long start = System.nanoTime();
        long before = SYSTEM.getProcessCpuTime();
        write.run();
        System.out.println("nanos " + (System.nanoTime() - start));
        System.out.println("processor " + (SYSTEM.getProcessCpuTime() - before));
      }
    }
    Files.delete(scratch.resolve("tokenizer.json"));
    Files.delete(scratch);
    System.exit(0); // its threads are no daemons
  }

  /** Tokens written out as numbers, in place of text; remembers those of the answer. */
  private static final class TokenIds extends LlamaTokenizer {
    private final List<Long> written = new ArrayList<>();

    TokenIds(Path folder) {
      super(folder);
    }

    @Override
    public long[] encode(String text) {
      return Stream.of(text.split(",")).mapToLong(Long::parseLong).toArray();
    }

    @Override
    public String decode(long id) {
      written.add(id);
      return "";
    }

    @Override
    public String toString() {
      return written.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
  }
}

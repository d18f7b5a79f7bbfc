package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pretrains models of a few thousand parameters on texts with a simple rule. */
class PretrainCommandTest {

  private static final List<String> WORDS = List.of("red", "green", "blue", "white");

  @TempDir private Path folder;

  @BeforeEach
  void writeTexts() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      StringBuilder text = new StringBuilder();
      for (int sentence = 0; sentence < 4; sentence++) {
        // each colour is followed by the next one
        int first = i + sentence;
        text.append("The ").append(WORDS.get(first % 4)).append(" ball, the ");
        text.append(WORDS.get((first + 1) % 4)).append(" ball, the ");
        text.append(WORDS.get((first + 2) % 4)).append(" ball. ");
      }
      lines.add(text.toString());
    }
    Files.write(folder.resolve("train.txt"), lines.subList(0, 80));
    Files.write(folder.resolve("dev.txt"), lines.subList(80, 90));
  }

  private CommandRun pretrain(String type, String... more) {
    String sizes = "--layers 1 --hidden 16 --heads 2 --max-length 24 --vocab-size 300";
    String steps = "--epochs 5 --batch-size 8 --learning-rate 0.02";
    List<String> arguments = new ArrayList<>(List.of("pretrain", "--architecture", type));
    arguments.addAll(List.of((sizes + " " + steps).split(" ")));
    arguments.addAll(List.of("--train", folder.resolve("train.txt").toString()));
    arguments.addAll(List.of("--dev", folder.resolve("dev.txt").toString()));
    arguments.addAll(List.of("--output", folder.resolve("model").toString()));
    for (int i = 0; i < more.length; i++) {
      int given = arguments.indexOf(more[i]);
      if (given >= 0) { // what is given again counts
        arguments.subList(given, given + 2).clear();
      }
      arguments.add(more[i]);
    }
    return CommandRun.of("", arguments.toArray(String[]::new));
  }

  /** Their frequencies alone foretell the tokens of these texts with 2.05 nats. */
  @ParameterizedTest
  @CsvSource({
    "bert, mlm, BertForMaskedLM, 2.2",
    "bert, mlm_nsp, BertForMaskedLM, 3.2", // with up to 0.7 for the pair
    "albert, '', AlbertForMaskedLM, 3.2",
    "electra, '', ElectraForPreTraining, 30", // the discriminator's loss counts 50 times
    "spanbert, '', BertForMaskedLM, 5.0", // two losses
    "xlnet, '', XLNetLMHeadModel, 2.4",
    "gpt2, '', GPT2LMHeadModel, 1.7",
    "mixtral, '', MixtralForCausalLM, 1.7",
    "gpt-neo, prefix, GPTNeoForCausalLM, 1.95",
    "rnn_relu, '', RnnLM, 1.7",
    "mpnet, '', MPNetForMaskedLM, 2.4",
    "glm_blank_infilling, '', GLMModel, 2.4",
    "t5, '', T5ForConditionalGeneration, 2.6",
    "bart, '', BartForConditionalGeneration, 2.0"
  })
  void learnsWhatTheFamilyIsPretrainedWith(
      String type, String objective, String architecture, double loss) throws IOException {
    CommandRun run =
        objective.isEmpty() ? pretrain(type) : pretrain(type, "--objective", objective);
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(run.lines().get(0).get("loss").getAsDouble()).isBetween(0.0, loss);
    JsonObject config =
        JsonParser.parseString(Files.readString(folder.resolve("model/config.json")))
            .getAsJsonObject();
    assertThat(config.getAsJsonArray("architectures").get(0).getAsString()).isEqualTo(architecture);
    try (TrainableModel model = TrainableModel.load(folder.resolve("model"))) {
      assertThat(model.model().architecture()).isEqualTo(architecture);
    }
    assertThat(Files.exists(folder.resolve("model-generator/model.onnx")))
        .isEqualTo(type.equals("electra"));
  }

  @Test
  void theTextsOfADecoderGoOn() {
    assertThat(pretrain("llama", "--epochs", "12").status()).isEqualTo(ExitStatus.SUCCESS);
    CommandRun written =
        CommandRun.of(
            "{\"prompt\":\"The red ball, the green ball, the\"}",
            "generate",
            "--model",
            folder.resolve("model").toString(),
            "--max-new-tokens",
            "1");
    assertThat(written.status()).as(written.messages()).isEqualTo(ExitStatus.SUCCESS);
    assertThat(written.lines().get(0).get("text").getAsString()).isEqualTo(" blue");
    CommandRun further =
        CommandRun.of(
            "",
            "pretrain",
            "--init",
            folder.resolve("model").toString(),
            "--train",
            folder.resolve("train.txt").toString(),
            "--max-steps",
            "2",
            "--output",
            folder.resolve("further").toString());
    assertThat(further.status()).as(further.messages()).isEqualTo(ExitStatus.SUCCESS);
  }

  @Test
  void perplexityIsTheExponentOfTheLoss() throws IOException {
    assertThat(pretrain("gpt2", "--max-steps", "20").status()).isEqualTo(ExitStatus.SUCCESS);
    String text = "The red ball, the green ball.";
    Files.writeString(folder.resolve("one.txt"), text + "\n");
    double loss;
    try (TrainableModel model = TrainableModel.load(folder.resolve("model"));
        Tokenizer tokenizer = Tokenizer.load(folder.resolve("model"))) {
      int[] ids = tokenizer.encode(text, EncodingOptions.DEFAULT.withSpecialTokens(false)).ids();
      long[] all = new long[ids.length + 1];
      all[0] = tokenizer.beginningTokenId().getAsInt();
      IntStream.range(0, ids.length).forEach(i -> all[i + 1] = ids[i]);
      loss = loss(model, all, all);
    }
    JsonObject whole = evaluate("one.txt");
    assertThat(whole.get("perplexity").getAsDouble())
        .isCloseTo(Math.exp(loss), within(1e-4 * Math.exp(loss)));
    double log = whole.get("log_likelihood").getAsDouble();
    assertThat(whole.get("word_perplexity").getAsDouble())
        .isCloseTo(Math.exp(-log / 6), within(1e-6 * Math.exp(-log / 6)));
    assertThat(whole.get("bits_per_character").getAsDouble())
        .isCloseTo(-log / Math.log(2) / text.length(), within(1e-9));
    // other windows give other contexts, but foretell as many tokens
    JsonObject cut = evaluate("one.txt", "--window", "4", "--stride", "2");
    assertThat(cut.get("tokens")).isEqualTo(whole.get("tokens"));
    assertThat(cut.get("perplexity")).isNotEqualTo(whole.get("perplexity"));
    // without what begins texts, the first token has no probability
    assertThat(evaluate("one.txt", "--joined").get("tokens").getAsLong())
        .isEqualTo(whole.get("tokens").getAsLong() - 1);
  }

  @Test
  void pseudoPerplexityHidesEachTokenInTurn() throws IOException {
    assertThat(pretrain("distilbert", "--max-steps", "20").status()).isEqualTo(ExitStatus.SUCCESS);
    String text = "the red ball, the green ball.";
    Files.writeString(folder.resolve("one.txt"), text + "\n");
    double sum = 0;
    int count = 0;
    try (TrainableModel model = TrainableModel.load(folder.resolve("model"));
        Tokenizer tokenizer = Tokenizer.load(folder.resolve("model"))) {
      long[] ids = Arrays.stream(tokenizer.encode(text).ids()).asLongStream().toArray();
      for (int i = 1; i < ids.length - 1; i++, count++) {
        long[] hidden = ids.clone();
        hidden[i] = tokenizer.maskTokenId().getAsInt();
        long[] labels = new long[ids.length];
        Arrays.fill(labels, -100);
        labels[i] = ids[i];
        sum += loss(model, hidden, labels);
      }
    }
    JsonObject metrics = evaluate("one.txt");
    assertThat(metrics.get("tokens").getAsLong()).isEqualTo(count);
    assertThat(metrics.get("pseudo_perplexity").getAsDouble())
        .isCloseTo(Math.exp(sum / count), within(1e-4 * Math.exp(sum / count)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "elmo | '' | --architecture is 'elmo', expected one of [albert, bart, bert,",
        "gpt2 | --objective mlm | --objective mlm is not for gpt2; what it can be pretrained with"
            + " is [causal, prefix]",
        "gpt2 | --whole-words | --whole-words has no meaning for --objective causal",
        "bert | --key-value-heads 1 | --key-value-heads is for decoders, not bert",
        "gpt2 | --decoder-layers 2 | --decoder-layers is for an encoder with a decoder, not gpt2",
        "llama | --key-value-heads 3 | a new llama cannot be made with these sizes:",
        "gpt2 | --hidden 15 | a new gpt2 cannot be made with these sizes: hidden 15 is not a"
            + " multiple of heads 2",
        "bloom | --feed-forward 20 | a new bloom cannot be made with these sizes: bloom has a"
            + " feed-forward width that follows from hidden"
      })
  void whatDoesNotGoTogetherIsRefused(String type, String more, String message) {
    CommandRun run = more.isEmpty() ? pretrain(type) : pretrain(type, more.split(" "));
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.messages()).contains(message);
    assertThat(folder.resolve("model")).doesNotExist();
  }

  private JsonObject evaluate(String data, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model",
                folder.resolve("model").toString(),
                "--data",
                folder.resolve(data).toString()));
    arguments.addAll(Arrays.asList(more));
    CommandRun run = CommandRun.of("", arguments.toArray(String[]::new));
    assertThat(run.status()).as(run.messages()).isEqualTo(ExitStatus.SUCCESS);
    return run.lines().get(0);
  }

  private static double loss(TrainableModel model, long[] ids, long[] labels) {
    try (Tensor input = Tensor.of(ids, 1, ids.length);
        Tensor wanted = Tensor.of(labels, 1, labels.length)) {
      Map<String, Tensor> outputs = model.forward(Map.of("input_ids", input, "labels", wanted));
      double loss = outputs.get("loss").toFloatArray()[0];
      outputs.values().forEach(Tensor::close);
      return loss;
    }
  }
}

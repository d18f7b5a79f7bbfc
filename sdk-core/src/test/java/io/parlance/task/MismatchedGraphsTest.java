package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.NlpException;
import io.parlance.TestModels;
import io.parlance.runtime.NativeHandles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders whose encoder and decoder come from different models. */
class MismatchedGraphsTest {
  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    SequenceModels.plain(folder);
  }

  /** Has one output twice as wide in its last dimension. */
  private void widen(String file, String output) throws IOException {
    OnnxMl.ModelProto model = OnnxMl.ModelProto.parseFrom(Files.readAllBytes(folder.resolve(file)));
    OnnxMl.GraphProto.Builder graph = model.getGraph().toBuilder();
    String inner = output + "_inner";
    for (OnnxMl.NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getOutputCount(); i++) {
        if (node.getOutput(i).equals(output)) {
          node.setOutput(i, inner);
        }
      }
    }
    graph.addNode(
        OnnxMl.NodeProto.newBuilder()
            .setOpType("Concat")
            .addInput(inner)
            .addInput(inner)
            .addOutput(output)
            .addAttribute(
                OnnxMl.AttributeProto.newBuilder()
                    .setName("axis")
                    .setType(OnnxMl.AttributeProto.AttributeType.INT)
                    .setI(2)));
    for (OnnxMl.ValueInfoProto.Builder value : graph.getOutputBuilderList()) {
      if (value.getName().equals(output)) {
        OnnxMl.TensorShapeProto.Dimension.Builder last =
            value.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(2);
        last.setDimValue(2 * last.getDimValue());
      }
    }
    Files.write(folder.resolve(file), model.toBuilder().setGraph(graph).build().toByteArray());
  }

  @ParameterizedTest
  @CsvSource({
    "encoder_model.onnx, last_hidden_state, decoder_model.onnx do not belong together",
    "decoder_with_past_model.onnx, logits, decoder_with_past_model.onnx do not belong together"
  })
  void sizesThatDifferAreNamed(String file, String output, String message) throws IOException {
    long before = NativeHandles.live();
    widen(file, output);
    try (Nlp nlp = Nlp.builder().translator(folder).build()) {
      assertThatThrownBy(() -> nlp.translate("The movie was okay."))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining(message)
          .hasMessageContaining("take both from the same export");
    }
    assertThat(NativeHandles.live()).isEqualTo(before);
  }

  @Test
  void anEncoderOfItsOwnIsNoneOfAPair() throws IOException {
    Files.copy(
        TestModels.folder("features-bert").resolve("model.onnx"),
        folder.resolve("encoder_model.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
    try (Nlp nlp = Nlp.builder().translator(folder).build()) {
      assertThatThrownBy(() -> nlp.translate("The movie was okay."))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("is no encoder of an encoder-decoder")
          .hasMessageContaining("token_type_ids");
    }
  }

  @Test
  void decodersOfDifferentModelsAreNamed() throws IOException {
    Files.copy(
        TestModels.folder("gpt2-decoder-pair").resolve("decoder_with_past_model.onnx"),
        folder.resolve("decoder_with_past_model.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
    try (Nlp nlp = Nlp.builder().translator(folder).build()) {
      assertThatThrownBy(() -> nlp.translate("The movie was okay."))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining("decoder_model.onnx cannot be used as a decoder: it gives no");
    }
  }

  /** Same sizes, another vocabulary: the ids are out of the encoder's table. */
  @Test
  void tokensThatTheEncoderDoesNotHaveAreAnErrorAndNoCrash() throws IOException {
    OnnxMl.ModelProto model =
        OnnxMl.ModelProto.parseFrom(Files.readAllBytes(folder.resolve("encoder_model.onnx")));
    OnnxMl.GraphProto.Builder graph = model.getGraph().toBuilder();
    for (OnnxMl.TensorProto.Builder weights : graph.getInitializerBuilderList()) {
      if (weights.getDimsCount() == 2 && weights.getDims(0) == 517 && weights.hasRawData()) {
        weights
            .setDims(0, 100)
            .setRawData(weights.getRawData().substring(0, 100 * 4 * (int) weights.getDims(1)));
      }
    }
    Files.write(
        folder.resolve("encoder_model.onnx"),
        model.toBuilder().setGraph(graph).build().toByteArray());
    try (Nlp nlp = Nlp.builder().translator(folder).build()) {
      assertThatThrownBy(() -> nlp.translate("The movie was okay."))
          .isInstanceOf(NlpException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "decoder_with_past_model.onnx, 'it has [encoder_model, decoder_model], and'",
    "decoder_model.onnx, 'it has [encoder_model, decoder_with_past_model], and'"
  })
  void aDecoderThatIsNotWholeIsSaidToBe(String missing, String message) throws IOException {
    Files.delete(folder.resolve(missing));
    try (Nlp nlp = Nlp.builder().translator(folder).build()) {
      assertThatThrownBy(() -> nlp.translate("a"))
          .isInstanceOf(ModelNotFoundException.class)
          .hasMessageContaining(message)
          .hasMessageContaining("needs decoder_model_merged, or decoder_model with");
    }
  }
}

package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.model.ModelConfig;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class PublishedModelsTest {

  static final List<String> NAMES = PublishedModels.names();

  /** The exact numbers of released checkpoints, tied weights counted once. */
  @ParameterizedTest
  @CsvSource({
    "gpt, 116_534_784",
    "gpt2, 124_439_808",
    "gpt2-medium, 354_823_168",
    "gpt2-large, 774_030_080",
    "gpt2-xl, 1_557_611_200",
    "opt-125m, 125_239_296",
    "opt-1.3b, 1_315_758_080",
    "opt-6.7b, 6_658_473_984",
    "bloom-560m, 559_214_592",
    "bloom-1b1, 1_065_314_304",
    "bloom-1b7, 1_722_408_960",
    "bloom-3b, 3_002_557_440",
    "bloom-7b1, 7_069_016_064",
    "bloom-176b, 176_247_271_424",
    "llama-7b, 6_738_415_616",
    "llama-13b, 13_015_864_320",
    "llama-33b, 32_528_943_616",
    "llama-65b, 65_285_660_672",
    "llama2-70b, 68_976_648_192",
    "llama3-8b, 8_030_261_248",
    "llama3.1-70b, 70_553_706_496",
    "llama3.1-405b, 405_853_388_800",
    "llama3.2-1b, 1_235_814_400",
    "llama3.2-3b, 3_212_749_824",
    "mistral-7b, 7_241_732_096",
    "mixtral-8x7b, 46_702_792_704",
    "gemma-2b, 2_506_172_416",
    "gemma-7b, 8_537_680_896",
    "gemma2-2b, 2_614_341_888",
    "phi-2, 2_779_683_840",
    "phi-3-mini, 3_821_079_552",
    "qwen2-0.5b, 494_032_768",
    "qwen1.5-moe-a2.7b, 14_315_784_192",
    "bert-base, 109_482_240",
    "bert-large, 335_141_888",
    "roberta-base, 124_645_632",
    "roberta-large, 355_359_744",
    "albert-base, 11_683_584",
    "albert-large, 17_683_968",
    "albert-xlarge, 58_724_864",
    "albert-xxlarge, 222_595_584",
    "xlnet-base, 116_718_336",
    "xlnet-large, 360_268_800",
    "t5-small, 60_506_624",
    "t5-base, 222_903_552",
    "t5-large, 737_668_096",
    "t5-3b, 2_851_598_336",
    "t5-11b, 11_307_321_344"
  })
  void hasThePublishedParameterCount(String name, String count) {
    assertThat(PublishedModels.find(name).orElseThrow().parameterCount())
        .isEqualTo(Long.parseLong(count.replace("_", "")));
  }

  /** What is written as {@code config.json} describes the same model. */
  @ParameterizedTest
  @FieldSource("NAMES")
  void isTheSameAfterWritingAndReading(String name) {
    PretrainedModel model = PublishedModels.find(name).orElseThrow();
    PretrainedModel read =
        Architectures.of(ModelConfig.of("config.json", model.configuration()), Set.of());
    assertThat(read.architecture()).isEqualTo(model.architecture());
    assertThat(read.parameterCount()).isEqualTo(model.parameterCount());
    assertThat(read.configuration()).isEqualTo(model.configuration());
  }

  @Test
  void namesAreFoundInAnyCase() {
    assertThat(PublishedModels.find("BERT-base")).isPresent();
    assertThat(PublishedModels.find("bert-bas")).isEmpty();
  }
}

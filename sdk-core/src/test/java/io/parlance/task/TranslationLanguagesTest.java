package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.Translation;
import io.parlance.generation.GenerationOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The source tokens of each family as its documentation gives them, by asking the decoder about the
 * same tokens written out.
 */
class TranslationLanguagesTest {
  private static final String TEXT = "The movie was okay.";
  private static final int[] TOKENS = {207, 103, 147, 8, 4, 63, 48, 36, 156, 7, 107, 145};
  private static final int END = 1;
  // the vocabulary's last tokens, under new names
  private static final int ONE = 516;
  private static final int TWO = 515;
  private static final int THREE = 514;

  @TempDir private Path folder;

  private static Nlp open(Path model) {
    return Nlp.builder().translator(model).generator(model).build();
  }

  private static int[] tokens(int... around) {
    return IntStream.of(around)
        .flatMap(token -> token < 0 ? IntStream.of(TOKENS) : IntStream.of(token))
        .toArray();
  }

  /** The decoder's own answer about these tokens. */
  private static List<Integer> answer(Nlp nlp, int forced, int[] source) {
    TextGenerator generator = nlp.generator();
    return (forced < 0
            ? generator
            : generator.with(GenerationOption.FORCED_BOS_TOKEN_ID, List.of(forced)))
        .generateFromTokens(List.of(source))
        .get(0)
        .tokenIds();
  }

  private static List<Integer> tokensOf(Translation translation) {
    assertThat(translation.pieces()).hasSize(1);
    return translation.pieces().get(0).generation().tokenIds();
  }

  private Path marian() throws IOException {
    return SequenceModels.rename(
        SequenceModels.plain(folder),
        Map.of(
            "<extra_id_0>", ">>fr<<", "<extra_id_1>", ">>deu<<", "<extra_id_2>", ">>cmn_Hans<<"));
  }

  @Test
  void marianHasTheTargetBeforeTheText() throws IOException {
    try (Nlp nlp = open(marian())) {
      List<Integer> french = answer(nlp, -1, tokens(ONE, -1, END));
      assertThat(french).isNotEqualTo(answer(nlp, -1, tokens(TWO, -1, END)));
      Translation translation = nlp.translator().to("fr").translate(TEXT);
      assertThat(tokensOf(translation)).isEqualTo(french);
      assertThat(translation.to()).isEqualTo("fr");
      assertThat(tokensOf(nlp.translator().to("fra").translate(TEXT))).isEqualTo(french);
      assertThat(tokensOf(nlp.translate(">>fr<< " + TEXT))).isEqualTo(french);
      assertThat(tokensOf(nlp.translator().to("de").translate(TEXT)))
          .isEqualTo(answer(nlp, -1, tokens(TWO, -1, END)));
      assertThat(tokensOf(nlp.translator().to("zh").translate(TEXT)))
          .isEqualTo(answer(nlp, -1, tokens(THREE, -1, END)));
      assertThat(nlp.translate(">>fr<<").pieces()).isEmpty();
      // every sentence has it
      Translation both = nlp.translate(">>fr<< " + TEXT + " " + TEXT);
      assertThat(both.pieces())
          .hasSize(2)
          .allMatch(piece -> piece.generation().tokenIds().equals(french));
    }
  }

  @Test
  void marianRefusesUnknownTargets() throws IOException {
    try (Nlp nlp = open(marian())) {
      assertThatThrownBy(() -> nlp.translator().to("tlh").translate(TEXT))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("does not translate to 'tlh'; it knows cmn_Hans, deu, fr");
      assertThatThrownBy(() -> nlp.translate(">>xx<< " + TEXT))
          .hasMessageContaining("does not translate to 'xx'; it knows cmn_Hans, deu, fr");
      assertThatThrownBy(() -> nlp.translate(TEXT))
          .hasMessageContaining("must be told which language to translate to");
    }
  }

  @ParameterizedTest
  @CsvSource({"fr, fr", "fra, fr", "de, deu", "zh, cmn_Hans"})
  void marianTranslatesToTheTargetThatItsSettingsName(String setting, String meant)
      throws IOException {
    SequenceModels.edit(
        marian(), "tokenizer_config.json", json -> json.addProperty("target_lang", setting));
    try (Nlp nlp = open(folder)) {
      Translation usual = nlp.translate(TEXT);
      assertThat(usual.to()).isEqualTo(meant);
      assertThat(usual).isEqualTo(nlp.translator().to(meant).translate(TEXT));
      String other = meant.equals("fr") ? "deu" : "fr";
      assertThat(nlp.translator().to(other).translate(TEXT).to()).isEqualTo(other);
      assertThat(nlp.translate(">>" + other + "<< " + TEXT).to()).isEqualTo(other);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mul", "ROMANCE", "it", ""})
  void aSettingThatNamesNoneOfTheTargetsSaysNothing(String setting) throws IOException {
    SequenceModels.edit(
        marian(), "tokenizer_config.json", json -> json.addProperty("target_lang", setting));
    try (Nlp nlp = open(folder)) {
      assertThatThrownBy(() -> nlp.translate(TEXT))
          .hasMessageContaining("which language to translate to; it knows cmn_Hans, deu, fr");
    }
  }

  private Path nllb(boolean markedByTokenizer, boolean legacy) throws IOException {
    SequenceModels.rename(
        SequenceModels.plain(folder),
        Map.of(
            "<extra_id_0>", "eng_Latn",
            "<extra_id_1>", "fra_Latn",
            "<extra_id_2>", "zho_Hans",
            "<extra_id_3>", "zho_Hant",
            "<extra_id_4>", "arb_Arab"));
    SequenceModels.edit(folder, "config.json", json -> json.addProperty("model_type", "m2m_100"));
    SequenceModels.edit(
        folder,
        "tokenizer_config.json",
        json -> {
          json.addProperty("tokenizer_class", "NllbTokenizer");
          json.addProperty("src_lang", "eng_Latn");
          json.addProperty("legacy_behaviour", legacy);
        });
    if (markedByTokenizer) {
      SequenceModels.edit(folder, "tokenizer.json", json -> mark(json, "eng_Latn", ONE, legacy));
    }
    return folder;
  }

  /** A post-processor with a language, as the fast tokenizers save it. */
  private static void mark(JsonObject json, String code, int id, boolean last) {
    String language = "{\"SpecialToken\":{\"id\":\"" + code + "\",\"type_id\":0}}";
    String text = "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}";
    String end = "{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}}";
    JsonObject processor = json.getAsJsonObject("post_processor");
    processor.add(
        "single",
        JsonParser.parseString(
            "["
                + (last ? text + "," + end + "," + language : language + "," + text + "," + end)
                + "]"));
    processor
        .getAsJsonObject("special_tokens")
        .add(
            code,
            JsonParser.parseString(
                "{\"id\":\"" + code + "\",\"ids\":[" + id + "],\"tokens\":[\"" + code + "\"]}"));
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  void nllbMarksTheSourceAndForcesTheTarget(boolean byTokenizer, boolean legacy)
      throws IOException {
    try (Nlp nlp = open(nllb(byTokenizer, legacy))) {
      int[] english = legacy ? tokens(-1, END, ONE) : tokens(ONE, -1, END);
      int[] french = legacy ? tokens(-1, END, TWO) : tokens(TWO, -1, END);
      Translation translation = nlp.translator().to("fra_Latn").translate(TEXT);
      assertThat(tokensOf(translation)).isEqualTo(answer(nlp, TWO, english));
      assertThat(tokensOf(translation).get(0)).isEqualTo(TWO);
      assertThat(translation.text()).doesNotContain("fra_Latn");
      assertThat(translation.from()).isEqualTo("eng_Latn");
      assertThat(tokensOf(nlp.translator().from("fr").to("en").translate(TEXT)))
          .isEqualTo(answer(nlp, ONE, french));
      assertThat(nlp.translator().to("zh").translate(TEXT).to()).isEqualTo("zho_Hans");
      assertThat(nlp.translator().to("zh-Hant").translate(TEXT).to()).isEqualTo("zho_Hant");
      assertThat(nlp.translator().to("ar").translate(TEXT).to()).isEqualTo("arb_Arab");
      assertThatThrownBy(() -> nlp.translator().to("klingon").translate(TEXT))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("it knows arb_Arab, eng_Latn, fra_Latn, zho_Hans, zho_Hant");
      assertThatThrownBy(() -> nlp.translate(TEXT))
          .hasMessageContaining("must be told which language to translate to");
    }
  }

  @Test
  void mbartMarksTheSourceAtItsEnd() throws IOException {
    SequenceModels.rename(
        SequenceModels.plain(folder), Map.of("<extra_id_0>", "en_XX", "<extra_id_1>", "ro_RO"));
    SequenceModels.edit(
        folder,
        "tokenizer_config.json",
        json -> json.addProperty("tokenizer_class", "MBartTokenizer"));
    SequenceModels.edit(
        folder, "generation_config.json", json -> json.addProperty("forced_bos_token_id", TWO));
    SequenceModels.edit(
        folder, "config.json", json -> json.addProperty("forced_bos_token_id", TWO));
    try (Nlp nlp = open(folder)) {
      Translation translation = nlp.translator().from("en").translate(TEXT);
      assertThat(tokensOf(translation)).isEqualTo(answer(nlp, TWO, tokens(-1, END, ONE)));
      assertThat(translation.to()).isEqualTo("ro_RO"); // the one that the settings force
      assertThatThrownBy(() -> nlp.translate(TEXT))
          .hasMessageContaining("translate from; it knows en_XX, ro_RO");
    }
  }

  @Test
  void m2mHasItsOwnSpelling() throws IOException {
    SequenceModels.rename(
        SequenceModels.plain(folder), Map.of("<extra_id_0>", "__en__", "<extra_id_1>", "__fr__"));
    SequenceModels.edit(folder, "config.json", json -> json.addProperty("model_type", "m2m_100"));
    try (Nlp nlp = open(folder)) {
      assertThat(tokensOf(nlp.translator().from("en").to("fr").translate(TEXT)))
          .isEqualTo(answer(nlp, TWO, tokens(ONE, -1, END)));
    }
  }

  @Test
  void aModelForOnePairNeedsNoLanguages() throws IOException {
    SequenceModels.plain(folder);
    SequenceModels.edit(
        folder,
        "tokenizer_config.json",
        json -> {
          json.addProperty("source_lang", "en");
          json.addProperty("target_lang", "deu");
        });
    try (Nlp nlp = open(folder)) {
      List<Integer> expected = answer(nlp, -1, tokens(-1, END));
      assertThat(tokensOf(nlp.translate(TEXT))).isEqualTo(expected);
      assertThat(tokensOf(nlp.translator().from("eng").to("de").translate(TEXT)))
          .isEqualTo(expected);
      assertThat(nlp.translate(TEXT).to()).isEqualTo("deu");
      assertThatThrownBy(() -> nlp.translator().to("fr").translate(TEXT))
          .hasMessageContaining("does not translate to 'fr'; it knows deu");
      assertThatThrownBy(() -> nlp.translator().from("fr").translate(TEXT))
          .hasMessageContaining("does not translate from 'fr'; it knows en");
    }
  }

  @Test
  void aModelThatSaysNothingIsAskedNothing() throws IOException {
    try (Nlp nlp = open(SequenceModels.plain(folder))) {
      assertThat(nlp.translate(TEXT).to()).isNull();
      assertThatThrownBy(() -> nlp.translator().to("fr").translate(TEXT))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("does not say which languages it translates");
    }
  }

  @Test
  void prefixesAreForPairs() throws IOException {
    SequenceModels.prefixes(folder);
    SequenceModels.edit(
        folder,
        "config.json",
        json -> {
          JsonObject tasks = json.getAsJsonObject("task_specific_params");
          JsonObject french = tasks.getAsJsonObject("translation_en_to_de").deepCopy();
          french.addProperty("prefix", "translate English to French: ");
          tasks.add("translation_en_to_fr", french);
        });
    try (Nlp nlp = open(folder)) {
      Translation german = nlp.translator().to("de").translate(TEXT);
      assertThat(german.from()).isEqualTo("en");
      assertThat(tokensOf(german))
          .isNotEqualTo(tokensOf(nlp.translator().to("fr").translate(TEXT)));
      assertThatThrownBy(() -> nlp.translator().from("en").translate(TEXT))
          .hasMessageContaining("must be told more than from en; it translates en to de, en to fr");
      assertThatThrownBy(() -> nlp.translator().to("es").translate(TEXT))
          .hasMessageContaining("does not translate to 'es'; it knows de, fr");
      assertThatThrownBy(() -> nlp.translator().from("de").to("en").translate(TEXT))
          .hasMessageContaining("does not translate from 'de'; it knows en");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n"})
  void anEmptyLanguageIsRefused(String language) throws IOException {
    try (Nlp nlp = open(SequenceModels.plain(folder))) {
      assertThatThrownBy(() -> nlp.translator().to(language))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fr, fr",
    "FR, fr",
    "fra, fr",
    "fr_FR, fr",
    "fr-Latn, fr",
    "pt_BR, pt_br",
    "pt, pt",
    "zh, zh_CN",
    "zh_TW, zh_TW",
    "en, en_XX",
    "eng_Latn, en_XX",
    "sr_Latn, srp_Latn",
    "sr, srp_Cyrl"
  })
  void languagesMayBeSpelledInManyWays(String asked, String code) {
    LanguageCodes codes =
        new LanguageCodes(
            "model",
            List.of("fr", "pt_br", "pt", "zh_CN", "zh_TW", "en_XX", "srp_Latn", "srp_Cyrl"));
    assertThat(codes.resolve("to", asked)).isEqualTo(code);
  }

  @Test
  void whatCouldBeSeveralIsRefused() {
    assertThatThrownBy(
            () -> new LanguageCodes("model", List.of("en_GB", "en_US")).resolve("to", "eng"))
        .hasMessageContaining("say which is meant of en_GB, en_US");
  }
}

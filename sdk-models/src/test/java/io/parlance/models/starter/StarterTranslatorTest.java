package io.parlance.models.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.Translation;
import io.parlance.runtime.NativeHandles;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The starter model translates without configuration; the expected words are a dictionary's. */
class StarterTranslatorTest {

  @Test
  void translatesEverydayEnglishToFrench() {
    long before = NativeHandles.live();
    try (Nlp nlp = Nlp.create()) {
      List<Translation> results =
          nlp.translate(
              List.of("Good morning.", "I love you.", "Where is the station?\n\nThank you."));
      assertThat(results).allMatch(each -> "fr".equals(each.to()) && "en".equals(each.from()));
      assertThat(results).allMatch(Translation::isComplete);
      assertThat(results.get(0).text()).containsIgnoringCase("bon");
      assertThat(results.get(1).text()).containsIgnoringCase("aime");
      assertThat(results.get(2).text()).contains("gare", "\n\n").containsIgnoringCase("merci");
      assertThat(nlp.translator().from("en").to("fr").translate("Good morning.").text())
          .isEqualTo(results.get(0).text());
      assertThatThrownBy(() -> nlp.translator().to("de").translate("Good morning."))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("does not translate to 'de'; it knows fr");
    }
    assertThat(NativeHandles.live()).isEqualTo(before);
  }
}

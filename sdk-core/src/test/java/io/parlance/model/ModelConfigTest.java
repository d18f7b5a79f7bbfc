package io.parlance.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelUnusableException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ModelConfigTest {
  private static ModelConfig parse(String json) {
    return ModelConfig.parse("config.json", json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsLabelsInTheOrderOfTheirIndexes() {
    assertThat(
            parse(
                    "{'id2label':{'10':'k','0':'a','1':'b','2':'c','3':'d','4':'e','5':'f','6':'g','7':'h','8':'i','9':'j'}}")
                .labels())
        .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
    assertThat(parse("{'label2id':{'no':0,'yes':1}}").labels()).containsExactly("no", "yes");
    assertThat(parse("{'num_labels':2}").labels()).containsExactly("LABEL_0", "LABEL_1");
    assertThat(parse("{'id2label':null}").labels()).isEmpty();
  }

  @Test
  void refusesLabelsWithHoles() {
    assertThatThrownBy(() -> parse("{'id2label':{'0':'a','2':'b'}}").labels())
        .isInstanceOf(ModelUnusableException.class)
        .hasMessage(
            "config.json: id2label has 2 labels, so their indexes must be 0 to 1, each once; found"
                + " 2 at '2'");
    assertThatThrownBy(() -> parse("{'label2id':{'a':1,'b':1}}").labels())
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("found 1 at 'b'");
    assertThatThrownBy(() -> parse("{'id2label':['a']}").labels())
        .isInstanceOf(ModelUnusableException.class)
        .hasMessage("config.json: 'id2label' must be an object, found a list");
  }

  @Test
  void countsUsablePositions() {
    assertThat(parse("{'model_type':'bert','max_position_embeddings':512}").maximumLength())
        .hasValue(512);
    // RoBERTa numbers positions from the padding id on: 514 rows serve 512 tokens
    assertThat(
            parse("{'model_type':'roberta','max_position_embeddings':514,'pad_token_id':1}")
                .maximumLength())
        .hasValue(512);
    assertThat(parse("{'model_type':'gpt2','n_positions':1024}").maximumLength()).hasValue(1024);
    assertThat(parse("{'model_type':'t5','n_positions':512}").maximumLength()).isEmpty();
    assertThat(
            parse(
                    "{'model_type':'deberta-v2','max_position_embeddings':512,'position_biased_input':false}")
                .maximumLength())
        .isEmpty();
    assertThat(parse("{}").maximumLength()).isEmpty();
  }

  @Test
  void readsNumbersThatPythonWrites() {
    ModelConfig config =
        parse("{'vocab_size':30522.0,'problem_type':null,'x':Infinity,'architectures':['A','B']}");
    assertThat(config.vocabularySize()).hasValue(30522);
    assertThat(config.problemType()).isEmpty();
    assertThat(config.architectures()).containsExactly("A", "B");
    assertThatThrownBy(() -> config.integer("x"))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("'x' must be a whole number");
  }
}

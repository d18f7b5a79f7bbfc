package io.parlance.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One kind of decoder at a time, by its rules in the Hugging Face library; {@link
 * ReferenceParityTest} holds whole tokenizers against the reference.
 */
class TokenDecoderTest {
  private static String decode(String decoder, String... tokens) {
    return TokenDecoder.of(JsonParser.parseString(decoder)).decode(List.of(tokens));
  }

  @Test
  void wordPieceJoinsContinuations() {
    String decoder = "{'type':'WordPiece','prefix':'##','cleanup':true}";
    assertThat(decode(decoder, "##uh", "like", "##ly", ",", "do", "n't", "!"))
        .isEqualTo("##uh likely, don't!");
    assertThat(decode("{'type':'WordPiece','prefix':'##','cleanup':false}", "a", ",", "##b"))
        .isEqualTo("a ,b");
  }

  @Test
  void byteLevelJoinsBytes() {
    String decoder = "{'type':'ByteLevel'}";
    assertThat(decode(decoder, "ĠRen", "Ã©", "e")).isEqualTo(" Renée");
    assertThat(decode(decoder, "ðŁ", "ĺĢ")).isEqualTo("😀");
    assertThat(decode(decoder, "ðŁ")).isEqualTo("\uFFFD");
    assertThat(decode(decoder, "\u00E9")).isEqualTo("\uFFFD"); // the byte E9, no whole character
    assertThat(decode(decoder, " \u00E9")).isEqualTo(" \u00E9"); // no spelling of bytes
  }

  @Test
  void metaspaceBecomesSpace() {
    assertThat(
            decode("{'type':'Metaspace','replacement':'▁','prepend_scheme':'always'}", "▁a", "▁b▁"))
        .isEqualTo("a b ");
    assertThat(decode("{'type':'Metaspace','replacement':'▁','prepend_scheme':'never'}", "▁a"))
        .isEqualTo(" a");
    assertThat(decode("{'type':'Metaspace','replacement':'▁','add_prefix_space':false}", "▁a"))
        .isEqualTo(" a");
  }

  @Test
  void sequenceOfLlama() {
    String decoder =
        "{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'▁'},'content':' '},"
            + "{'type':'ByteFallback'},{'type':'Fuse'},"
            + "{'type':'Strip','content':' ','start':1,'stop':0}]}";
    assertThat(decode(decoder, "▁▁Hi", "▁", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "!"))
        .isEqualTo(" Hi 😀!");
    assertThat(decode(decoder, "<0xF0>", "<0x9F>", "<0x98>")).isEqualTo("\uFFFD\uFFFD\uFFFD");
  }

  @Test
  void otherKinds() {
    assertThat(decode("{'type':'BPEDecoder','suffix':'</w>'}", "lo", "w</w>", "er</w>"))
        .isEqualTo("low er");
    assertThat(decode("{'type':'Replace','pattern':{'Regex':'x+'},'content':'$1'}", "axxb"))
        .isEqualTo("a$1b");
    assertThat(
            decode("{'type':'CTC'}", "<pad>", "h", "h", "e", "l", "<pad>", "l", "o", "|", "|", "y"))
        .isEqualTo("hello y");
    assertThat(decode("{'type':'Strip','content':'_','start':1,'stop':2}", "__a___"))
        .isEqualTo("_a_");
    assertThat(decode("null", "a", "b")).isEqualTo("a b");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> decode("{'type':'Morse'}"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("decoder type 'Morse' is not known");
    assertThatThrownBy(() -> decode("{'type':'Strip'}"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a decoder has no 'content'");
    assertThatThrownBy(() -> decode("{'type':'Replace','pattern':{'Regex':'('},'content':''}"))
        .isInstanceOf(IllegalStateException.class);
  }
}

package io.parlance.models.export;

import io.parlance.model.ModelFolder;
import java.util.List;

/**
 * How a language model that remembers earlier tokens is laid out in files. An encoder-decoder has
 * {@code encoder_model.onnx} besides.
 */
public enum DecoderLayout {
  /**
   * One {@code model.onnx} that always takes a past, of length 0 at first; not for
   * encoder-decoders.
   */
  SINGLE(ModelFolder.MODEL),
  /** {@code decoder_model.onnx} for the first call, {@code decoder_with_past_model.onnx} after. */
  PAIR(ModelFolder.DECODER, ModelFolder.DECODER_WITH_PAST),
  /** {@code decoder_model_merged.onnx}, whose input {@code use_cache_branch} tells the calls. */
  MERGED(ModelFolder.DECODER_MERGED);

  private final List<String> roles;

  DecoderLayout(String... roles) {
    this.roles = List.of(roles);
  }

  List<String> roles() {
    return roles;
  }
}

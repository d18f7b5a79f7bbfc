package io.parlance.models.training;

import io.parlance.models.objective.TokenSequence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 over what decides the course of a run. */
final class RunDigest {

  private final MessageDigest digest;

  RunDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  RunDigest add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // the length first, so that no two lists of texts look alike
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
    return this;
  }

  RunDigest add(TokenSequence sequence) {
    ByteBuffer bytes = ByteBuffer.allocate((3 * sequence.length() + 1) * Integer.BYTES);
    bytes.putInt(sequence.length());
    for (int i = 0; i < sequence.length(); i++) {
      bytes.putInt(sequence.id(i)).putInt(sequence.segment(i)).putInt(sequence.word(i));
    }
    digest.update(bytes.flip());
    return this;
  }

  RunDigest add(int[] ids) {
    ByteBuffer bytes = ByteBuffer.allocate((ids.length + 1) * Integer.BYTES);
    bytes.putInt(ids.length);
    for (int id : ids) {
      bytes.putInt(id);
    }
    digest.update(bytes.flip());
    return this;
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}

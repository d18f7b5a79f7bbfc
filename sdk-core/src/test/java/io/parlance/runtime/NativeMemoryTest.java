package io.parlance.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  @Test
  void givesOutWhatCameBack() {
    NativeMemory memory = new NativeMemory(1 << 20);
    ByteBuffer first = memory.take(1000);
    memory.giveBack(first);
    assertThat(memory.take(1024)).isSameAs(first);
    assertThat(memory.take(1000)).isNotSameAs(first);
    assertThat(memory.take(1025)).matches(ByteBuffer::isDirect).returns(1536, ByteBuffer::capacity);
  }

  /** Sizes that were needed once must not take the place of those that are needed again. */
  @Test
  void forgetsWhatWasNotUsedForLongest() {
    NativeMemory memory = new NativeMemory(10 << 10);
    List<ByteBuffer> large = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      large.add(memory.take(2 << 10));
    }
    large.forEach(memory::giveBack);
    ByteBuffer small = memory.take(1 << 10);
    memory.giveBack(small);
    assertThat(memory.take(1 << 10)).isSameAs(small);
    List<ByteBuffer> left = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      left.add(memory.take(2 << 10));
    }
    assertThat(left).usingElementComparator((a, b) -> a == b ? 0 : 1).isSubsetOf(large);
    assertThat(left.get(3)).isSameAs(large.get(1));
    assertThat(memory.take(2 << 10)).isNotSameAs(large.get(0));
  }
}

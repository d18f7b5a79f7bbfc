package io.parlance.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void allocatesZeros() {
    try (Tensor tensor = Tensor.allocate(ElementType.FLOAT32, 2, 3)) {
      assertThat(tensor.shape()).containsExactly(2, 3);
      assertThat(tensor.elementCount()).isEqualTo(6);
      assertThat(tensor.buffer().order()).isEqualTo(ByteOrder.nativeOrder());
      assertThat(tensor.buffer().remaining()).isEqualTo(24);
      assertThat(tensor.toFloatArray()).containsOnly(0f);
    }
  }

  @Test
  void theBufferIsTheLiveMemory() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2}, 2)) {
      tensor.buffer().putFloat(4, 7f);
      assertThat(tensor.toFloatArray()).containsExactly(1f, 7f);
      assertThat(tensor.floatAt(1)).isEqualTo(7f);
      assertThat(tensor.buffer().position()).isZero();
    }
  }

  @Test
  void keepsValuesOfEveryType() {
    try (Tensor doubles = Tensor.of(new double[] {0.5, -2}, 2);
        Tensor longs = Tensor.of(new long[] {Long.MIN_VALUE, 3}, 1, 2);
        Tensor ints = Tensor.of(new int[] {-1, 4}, 2);
        Tensor bytes = Tensor.of(new byte[] {(byte) 200, 1}, 2);
        Tensor booleans = Tensor.of(new boolean[] {true, false, true}, 3);
        Tensor scalar = Tensor.of(new float[] {3})) {
      assertThat(doubles.toDoubleArray()).containsExactly(0.5, -2);
      assertThat(doubles.toFloatArray()).containsExactly(0.5f, -2f);
      assertThat(longs.toLongArray()).containsExactly(Long.MIN_VALUE, 3);
      assertThat(ints.toLongArray()).containsExactly(-1, 4);
      assertThat(bytes.type()).isEqualTo(ElementType.UINT8);
      assertThat(bytes.toLongArray()).containsExactly(200, 1);
      assertThat(booleans.toLongArray()).containsExactly(1, 0, 1);
      assertThat(scalar.shape()).isEmpty();
      assertThat(scalar.toFloatArray()).containsExactly(3f);
    }
  }

  @Test
  void convertsHalfPrecision() {
    try (Tensor half = Tensor.allocate(ElementType.FLOAT16, 3);
        Tensor brain = Tensor.allocate(ElementType.BFLOAT16, 2)) {
      // IEEE 754: 1.5, -0.25, the smallest subnormal 2^-24
      half.buffer().putShort((short) 0x3E00).putShort((short) 0xB400).putShort((short) 1);
      brain.buffer().putShort((short) 0x3FC0).putShort((short) 0xC000);
      assertThat(half.toFloatArray()).containsExactly(1.5f, -0.25f, (float) Math.scalb(1.0, -24));
      assertThat(brain.toFloatArray()).containsExactly(1.5f, -2f);
    }
  }

  @Test
  void emptyTensorsAreAllowed() {
    try (Tensor tensor = Tensor.allocate(ElementType.INT64, 2, 0)) {
      assertThat(tensor.elementCount()).isZero();
      assertThat(tensor.toLongArray()).isEmpty();
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(new float[3], 2, 2))
        .withMessage("3 values do not fill the shape [2, 2] of 4 elements");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.allocate(ElementType.INT8, 2, -1))
        .withMessageContaining("negative");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.allocate(ElementType.FLOAT32, 1L << 40, 1L << 40))
        .withMessageContaining("too large");
  }

  @Test
  void refusesToReadTheWrongType() {
    try (Tensor tensor = Tensor.of(new long[] {1}, 1)) {
      assertThatIllegalStateException()
          .isThrownBy(tensor::toFloatArray)
          .withMessage("cannot read INT64[1] as floats");
    }
  }

  @Test
  void closesOnce() {
    long before = NativeHandles.live();
    Tensor tensor = Tensor.allocate(ElementType.FLOAT32, 1);
    assertThat(NativeHandles.live()).isEqualTo(before + 1);
    tensor.close();
    tensor.close();
    assertThat(NativeHandles.live()).isEqualTo(before);
    assertThatIllegalStateException()
        .isThrownBy(tensor::buffer)
        .withMessage("tensor FLOAT32[1] is closed");
  }

  @Test
  void readsStretches() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)) {
      assertThat(tensor.toFloatArray(new long[] {4, 0, 1}, 2)).containsExactly(5, 6, 1, 2, 2, 3);
      assertThatThrownBy(() -> tensor.toFloatArray(new long[] {5}, 2))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("2 elements from 5 on are not in FLOAT32[2, 3]");
    }
  }
}

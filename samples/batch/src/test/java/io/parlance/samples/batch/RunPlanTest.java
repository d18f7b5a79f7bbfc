package io.parlance.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunPlanTest {
  @Test
  void partitionsCoverEveryKeyOnce() {
    for (int keys : new int[] {0, 1, 5, 16, 17, 1_000, 99_999}) {
      RunPlan plan = RunPlan.of(42, 42 + keys - 1, keys, 2);
      assertThat(plan.firstOf(0)).isEqualTo(42);
      assertThat(plan.firstOf(plan.partitions())).isEqualTo(42 + keys);
      for (int i = 0; i < plan.partitions(); i++) {
        long size = plan.firstOf(i + 1) - plan.firstOf(i);
        assertThat(size).isBetween((long) keys / plan.partitions(), keys / plan.partitions() + 1L);
      }
    }
  }

  @Test
  void fewDocumentsStayTogether() {
    assertThat(RunPlan.of(1, 12, 12, 256).partitions()).isEqualTo(1);
    assertThat(RunPlan.of(1, 1025, 1025, 256).partitions()).isEqualTo(2);
    assertThat(RunPlan.of(1, 1_000_000, 1_000_000, 256).partitions()).isEqualTo(16);
  }
}

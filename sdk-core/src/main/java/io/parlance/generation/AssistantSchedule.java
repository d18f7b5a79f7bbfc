package io.parlance.generation;

/** How many tokens are guessed at a time, as {@code num_assistant_tokens_schedule} says it. */
public enum AssistantSchedule {
  /** Always as many. */
  CONSTANT,
  /** Two more after all were right, one less otherwise; each call begins anew. */
  HEURISTIC
}

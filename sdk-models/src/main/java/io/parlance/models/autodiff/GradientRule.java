package io.parlance.models.autodiff;

/** How one operator passes gradients from its outputs back to its inputs: a row of the table. */
@FunctionalInterface
interface GradientRule {

  /** Gives each input that wants one its gradient. Called only if an output has a gradient. */
  void apply(Differentiation at);
}

package io.parlance.tokenizers.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} of one loop; calling it renders the loop again for inner items. */
final class Loop implements Callable {
  private final List<Object> items;
  private final int depth;
  private final Budget budget;
  private final @Nullable Callable recursion;
  private int index = -1;
  private @Nullable Object lastSeen;

  Loop(List<Object> items, int depth, Budget budget, @Nullable Callable recursion) {
    this.items = items;
    this.depth = depth;
    this.budget = budget;
    this.recursion = recursion;
  }

  void advance() {
    index++;
  }

  @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> Numbers.of(index + 1);
      case "index0" -> Numbers.of(index);
      case "revindex" -> Numbers.of(items.size() - index);
      case "revindex0" -> Numbers.of(items.size() - index - 1);
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> Numbers.of(items.size());
      case "depth" -> Numbers.of(depth);
      case "depth0" -> Numbers.of(depth - 1);
      case "previtem" ->
          index == 0 ? new Undefined("there is no previous item") : items.get(index - 1);
      case "nextitem" ->
          index == items.size() - 1 ? new Undefined("there is no next item") : items.get(index + 1);
      case "cycle" -> (Callable) this::cycle;
      case "changed" -> (Callable) this::changed;
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      throw new TemplateFailure("no items for cycling given");
    }
    return arguments.positional().get(index % arguments.positional().size());
  }

  private Object changed(Arguments arguments) {
    Object values = new Tuple(arguments.positional());
    boolean changed = lastSeen == null || !new Operators(budget).equal(lastSeen, values);
    lastSeen = values;
    return changed;
  }

  @Override
  public Object call(Arguments arguments) {
    if (recursion == null) {
      throw new TemplateFailure("the loop is not marked as recursive");
    }
    return recursion.call(arguments);
  }
}

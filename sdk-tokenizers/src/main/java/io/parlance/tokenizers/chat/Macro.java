package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.chat.Statement.Signature;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A macro, or the body of a call block: rendered with its arguments when it is called. */
final class Macro implements Callable {
  private final String name;
  private final Signature signature;
  private final List<Statement> body;
  private final Scope scope;
  private final Renderer renderer;

  Macro(String name, Signature signature, List<Statement> body, Scope scope, Renderer renderer) {
    this.name = name;
    this.signature = signature;
    this.body = body;
    this.scope = scope;
    this.renderer = renderer;
  }

  String name() {
    return name;
  }

  @Override
  public Object call(Arguments arguments) {
    Scope inner = new Scope(scope);
    List<Object> positional = arguments.positional();
    Map<String, Object> named = new HashMap<>(arguments.named());
    int withoutDefault = signature.names().size() - signature.defaults().size();
    for (int i = 0; i < signature.names().size(); i++) {
      String parameter = signature.names().get(i);
      Object value = named.remove(parameter);
      if (i < positional.size()) {
        if (value != null) {
          throw new TemplateFailure(
              "macro '" + name + "' got multiple values for '" + parameter + "'");
        }
        value = positional.get(i);
      } else if (value == null) {
        value =
            i < withoutDefault
                ? new Undefined("parameter '" + parameter + "' was not provided")
                : renderer.evaluate(signature.defaults().get(i - withoutDefault), inner);
      }
      inner.set(parameter, value);
    }
    Object caller = named.remove("caller");
    inner.set("caller", caller == null ? new Undefined("no caller defined") : caller);
    int given = Math.min(positional.size(), signature.names().size());
    inner.set("varargs", new Tuple(positional.subList(given, positional.size())));
    inner.set("kwargs", named);
    return renderer.capture(body, inner);
  }
}

package io.parlance.spring;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.unit.DataSize;

/** Says what is allowed where a value has the wrong form, or a property does not exist. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class BindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {
  private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("parlance");
  private static final Map<Class<?>, String> FORMS =
      Map.of(
          Integer.class, "a whole number, such as 4",
          Boolean.class, "true or false",
          DataSize.class, "a size, such as 512KB, 64MB or 1GB",
          Duration.class, "a duration, such as 500ms, 30s, 5m or 1h");

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
    if (!PREFIX.equals(cause.getName()) && !PREFIX.isAncestorOf(cause.getName())) {
      return null;
    }
    if (cause.getCause() instanceof UnboundConfigurationPropertiesException unknown) {
      return unknown(unknown, cause);
    }
    ConfigurationProperty property = cause.getProperty();
    if (property == null) {
      return null;
    }
    Class<?> type = cause.getTarget().getType().resolve(Object.class);
    return new FailureAnalysis(
        property.getName()
            + " = "
            + property.getValue()
            + (property.getOrigin() == null ? "" : " (from " + property.getOrigin() + ")")
            + ": "
            + allowed(type)
            + " is allowed",
        "Change the property " + property.getName() + ".",
        cause);
  }

  private static String allowed(Class<?> type) {
    if (type.isEnum()) {
      return "one of "
          + Arrays.stream(type.getEnumConstants())
              .map(each -> each.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
              .collect(Collectors.joining(", "));
    }
    return FORMS.getOrDefault(type, "a value of type " + type.getSimpleName());
  }

  private static FailureAnalysis unknown(
      UnboundConfigurationPropertiesException unknown, BindException cause) {
    ConfigurationProperty first = unknown.getUnboundProperties().iterator().next();
    ConfigurationPropertyName parent = first.getName().getParent();
    return new FailureAnalysis(
        first.getName()
            + " = "
            + first.getValue()
            + (first.getOrigin() == null ? "" : " (from " + first.getOrigin() + ")")
            + ": there is no such property",
        "Take one of " + known(parent) + ".",
        cause);
  }

  private static String known(ConfigurationPropertyName parent) {
    Class<?> type =
        switch (parent.getLastElement(ConfigurationPropertyName.Form.DASHED)) {
          case "cache" -> ParlanceProperties.Cache.class;
          case "prompt-cache" -> ParlanceProperties.PromptCache.class;
          case "queue" -> ParlanceProperties.Queue.class;
          case "hub" -> ParlanceProperties.Hub.class;
          default -> ParlanceProperties.class;
        };
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .map(name -> parent + "." + DataObjectPropertyName.toDashedForm(name))
        .collect(Collectors.joining(", "));
  }
}

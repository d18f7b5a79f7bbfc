package io.parlance.models.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a family of models names its weights in files, beyond the names of the parameters themselves.
 * What holds for all families is built in: {@code LayerNorm.gamma} and {@code .beta} of early
 * checkpoints mean {@code .weight} and {@code .bias}; the buffers {@code position_ids}, {@code
 * rotary_emb.inv_freq} and {@code attn.masked_bias} are not weights.
 *
 * @param basePrefix what precedes the names of the bare encoder or decoder in a model with a head,
 *     e.g. {@code bert.}; empty if there is no such prefix
 * @param aliases other names under which a tied parameter may also be stored, e.g. {@code
 *     cls.predictions.decoder.weight} for {@code bert.embeddings.word_embeddings.weight}; the
 *     parameter's own name wins if both are there
 * @param ignored full names of buffers that are not weights, as regular expressions
 * @param optional modules of the base that a model may have or not, e.g. {@code pooler}
 */
public record WeightNames(
    String basePrefix, Map<String, String> aliases, List<Pattern> ignored, List<String> optional) {

  private static final Pattern BUFFERS =
      Pattern.compile("(.*\\.)?(position_ids|rotary_emb\\.inv_freq|attn\\.masked_bias)");

  public WeightNames {
    if (!basePrefix.isEmpty() && !basePrefix.endsWith(".")) {
      throw new IllegalArgumentException("base prefix '" + basePrefix + "' must end with a dot");
    }
    aliases = Map.copyOf(aliases);
    ignored = List.copyOf(ignored);
    optional = List.copyOf(optional);
  }

  /** Names with a base prefix and nothing else of their own. */
  public static WeightNames of(String basePrefix) {
    return new WeightNames(basePrefix, Map.of(), List.of(), List.of());
  }

  /** These names, and {@code alias} for {@code parameter}. */
  public WeightNames alias(String alias, String parameter) {
    Map<String, String> more = new LinkedHashMap<>(aliases);
    more.put(alias, parameter);
    return new WeightNames(basePrefix, more, ignored, optional);
  }

  /** These names, and buffers whose full name matches {@code regex}. */
  public WeightNames ignore(String regex) {
    List<Pattern> more = new ArrayList<>(ignored);
    more.add(Pattern.compile(regex));
    return new WeightNames(basePrefix, aliases, more, optional);
  }

  /** These names, and {@code module} as a part of the base that a model may lack. */
  public WeightNames optional(String module) {
    List<String> more = new ArrayList<>(optional);
    more.add(module);
    return new WeightNames(basePrefix, aliases, ignored, more);
  }

  /**
   * Whether {@code name} belongs to a head or an optional module.
   *
   * @param prefixed whether the names beside it carry the base prefix
   */
  boolean isHead(String name, boolean prefixed) {
    boolean inBase = !prefixed || name.startsWith(basePrefix);
    String local = prefixed && inBase ? name.substring(basePrefix.length()) : name;
    return !inBase || optional.stream().anyMatch(module -> local.startsWith(module + "."));
  }

  /** Whether any of {@code all} carries the base prefix. */
  boolean arePrefixed(Collection<String> all) {
    return !basePrefix.isEmpty() && all.stream().anyMatch(name -> name.startsWith(basePrefix));
  }

  /** Whether a stored tensor that is no parameter may be left unread without a word. */
  boolean isIgnorable(String stored) {
    return BUFFERS.matcher(stored).matches()
        || ignored.stream().anyMatch(pattern -> pattern.matcher(stored).matches());
  }

  /** The names a stored tensor may stand for, the likeliest first. */
  public List<String> candidates(String stored) {
    List<String> candidates = new ArrayList<>();
    for (String spelled : List.of(stored, modernized(stored))) {
      candidates.add(spelled);
      if (!basePrefix.isEmpty()) {
        candidates.add(
            spelled.startsWith(basePrefix)
                ? spelled.substring(basePrefix.length())
                : basePrefix + spelled);
      }
    }
    return candidates;
  }

  private static String modernized(String stored) {
    if (stored.endsWith("LayerNorm.gamma")) {
      return stored.substring(0, stored.length() - "gamma".length()) + "weight";
    }
    if (stored.endsWith("LayerNorm.beta")) {
      return stored.substring(0, stored.length() - "beta".length()) + "bias";
    }
    return stored;
  }
}

package io.parlance.samples.cli;

import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.NewModels;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a model can be pretrained to do, and which families are. */
enum PretrainingKind {
  /** Masked language modelling. */
  MLM(Head.MASKED_LM),
  /** The same with next sentence prediction, as BERT. */
  MLM_NSP(Head.PRETRAINING, "bert"),
  /** The same with sentence order prediction, as ALBERT. */
  MLM_SOP(Head.PRETRAINING, "albert"),
  /** Replaced token detection, as ELECTRA. */
  RTD(Head.PRETRAINING, "electra"),
  /** Hidden spans and their boundaries, as SpanBERT. */
  SPAN_BOUNDARY(Head.PRETRAINING, "spanbert"),
  /** Permutation language modelling, as XLNet. */
  PERMUTATION(Head.PRETRAINING, "xlnet"),
  /** The next token. */
  CAUSAL(Head.CAUSAL_LM),
  /** The next token after a prefix that all tokens see. */
  PREFIX(Head.CAUSAL_LM),
  /** Blanks, as the first GLM. */
  BLANK_INFILLING(Head.PRETRAINING, "glm_blank_infilling"),
  /** Spans behind sentinels, as T5. */
  SPAN_CORRUPTION(Head.CONDITIONAL_GENERATION),
  /** Spans and the order of sentences, as BART. */
  DENOISING(Head.CONDITIONAL_GENERATION);

  private final Head head;
  private final Set<String> only;

  PretrainingKind(Head head, String... only) {
    this.head = head;
    this.only = Set.of(only);
  }

  Head head() {
    return head;
  }

  /** Whether a family can be pretrained like this. */
  boolean suits(String type) {
    return switch (this) {
      case MLM -> NewModels.types(head).contains(type) || type.equals("spanbert");
      // encoders that see only what is before are not what their names stand for
      case CAUSAL -> !NewModels.isEncoder(type) && NewModels.types(head).contains(type);
      case PREFIX -> CAUSAL.suits(type) && !NewModels.isRecurrent(type);
      case SPAN_CORRUPTION, DENOISING -> NewModels.types(head).contains(type);
      default -> only.contains(type);
    };
  }

  /** What a family was pretrained with, or the nearest to it. */
  static PretrainingKind usual(String type) {
    if (type.equals("bert")) {
      return MLM; // plain texts have no second sentences; later encoders showed that none is needed
    }
    for (PretrainingKind kind : values()) {
      if (kind.only.contains(type)) {
        return kind;
      }
    }
    if (type.matches("u?m?t5.*")) {
      return SPAN_CORRUPTION;
    }
    return Arrays.stream(new PretrainingKind[] {MLM, CAUSAL, DENOISING})
        .filter(kind -> kind.suits(type))
        .findFirst()
        .orElseThrow(() -> unknown(type));
  }

  /** All families that can be pretrained, sorted. */
  static List<String> types() {
    return NewModels.types().stream()
        .filter(type -> Arrays.stream(values()).anyMatch(kind -> kind.suits(type)))
        .toList();
  }

  /**
   * The family, if it can be pretrained like this.
   *
   * @param asked how the user asked for it
   */
  String require(String type, String asked) {
    if (!types().contains(type)) {
      throw unknown(type);
    }
    if (!suits(type)) {
      throw new RefusedException(
          asked
              + " is not for "
              + type
              + "; what it can be pretrained with is "
              + Arrays.stream(values()).filter(kind -> kind.suits(type)).toList());
    }
    return type;
  }

  private static RefusedException unknown(String type) {
    return new RefusedException("--architecture is '" + type + "', expected one of " + types());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

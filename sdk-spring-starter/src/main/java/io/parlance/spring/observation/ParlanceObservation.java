package io.parlance.spring.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/** The observations that are made. */
public enum ParlanceObservation implements ObservationDocumentation {
  /** A call of a task, from the caller's thread until its result is there. */
  CALL {
    @Override
    public String getName() {
      return CALL_NAME;
    }

    @Override
    public Class<? extends ObservationConvention<? extends Observation.Context>>
        getDefaultConvention() {
      return CallObservationConvention.class;
    }

    @Override
    public KeyName[] getLowCardinalityKeyNames() {
      return Key.values();
    }

    @Override
    public KeyName[] getHighCardinalityKeyNames() {
      return Detail.values();
    }
  };

  static final String CALL_NAME = "parlance.call";

  /** Keys with few values. */
  public enum Key implements KeyName {
    /** Name of the instance. */
    INSTANCE("parlance.instance"),
    /** Task whose model is called, such as classifier. */
    TASK("parlance.task"),
    /** Whether the caller waits: sync or async. */
    MODE("parlance.mode");

    private final String key;

    Key(String key) {
      this.key = key;
    }

    @Override
    public String asString() {
      return key;
    }
  }

  /** Keys with many values, which are in traces only. */
  public enum Detail implements KeyName {
    /** Texts or pairs of the call. */
    INPUTS("parlance.inputs"),
    /** Tokens that were read and generated. */
    TOKENS("parlance.tokens");

    private final String key;

    Detail(String key) {
      this.key = key;
    }

    @Override
    public String asString() {
      return key;
    }
  }
}

package io.parlance.task;

import io.parlance.runtime.RunControl;
import io.parlance.runtime.RunPool;

/**
 * What a call needs besides its inputs.
 *
 * @param pool the threads that run graphs of encoders
 * @param activity told of runs
 * @param control stops the call
 * @param meter takes its time
 */
record CallContext(RunPool pool, TaskActivity activity, RunControl control, CallMeter meter) {}

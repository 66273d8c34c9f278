package io.portolan.api.bench;

import io.portolan.api.sink.SinkKind;
import java.time.Duration;

/**
 * What a bench sends.
 *
 * @param recipients that are counted, one message each
 * @param warmUp recipients of messages that are sent before and not counted; 0 for a cold JVM
 * @param bytes of a message as it is composed, its header and signature included
 */
record BenchSettings(
    int recipients, int warmUp, int bytes, boolean signed, Way way, LimitsMode limits) {

  /**
   * Where it sends to.
   *
   * @param connections to the sink, over all ISPs
   * @param roundTrip by which the way is longer than the loopback; zero for no delay
   */
  record Way(SinkKind sink, int connections, Duration roundTrip) {}
}

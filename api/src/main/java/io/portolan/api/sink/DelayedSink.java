package io.portolan.api.sink;

import java.io.IOException;
import java.util.Map;

/** A sink behind a process that delays each way. Its CPU time is the sink's alone. */
record DelayedSink(Sink sink, OwnSink delay) implements Sink {
  @Override
  public int port() {
    return delay.port();
  }

  @Override
  public int directPort() {
    return sink.directPort();
  }

  @Override
  public ProcessHandle process() {
    return sink.process();
  }

  @Override
  public long messages() throws IOException {
    return sink.messages();
  }

  @Override
  public Map<String, Long> breaches() throws IOException {
    return sink.breaches();
  }

  @Override
  public void close() {
    delay.close();
    sink.close();
  }
}

package io.portolan.api.sink;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.portolan.core.json.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The process of {@link SinkCommand}, asked by lines on its standard input. It ends with this one,
 * however that ends, since its input ends then.
 */
final class OwnSink implements Sink {
  /** Small and without threads for the garbage that it hardly makes. */
  private static final List<String> OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

  private static final Duration STOP = Duration.ofSeconds(5);
  private static final ObjectMapper MAPPER = Json.configure(JsonMapper.builder()).build();

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final SinkCommand.Ports ports;

  private OwnSink(Process process) throws IOException {
    this.process = process;
    answers = process.inputReader(StandardCharsets.UTF_8);
    questions = process.outputWriter(StandardCharsets.UTF_8);
    try {
      ports = MAPPER.readValue(answer(), SinkCommand.Ports.class);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts a sink behind a delay, or with none. */
  static OwnSink start(Duration roundTrip) throws IOException {
    return started(List.of("--rtt", Long.toString(roundTrip.toMillis())));
  }

  /** Starts a delay alone, before another sink. */
  static OwnSink inFrontOf(int port, Duration roundTrip) throws IOException {
    return started(
        List.of("--rtt", Long.toString(roundTrip.toMillis()), "--to", Integer.toString(port)));
  }

  private static OwnSink started(List<String> options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("bench", "sink"));
    arguments.addAll(options);
    return new OwnSink(
        OwnProcess.of(OPTIONS, arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  @Override
  public int port() {
    return ports.port();
  }

  @Override
  public int directPort() {
    return ports.directPort();
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public long messages() throws IOException {
    return taken().messages();
  }

  @Override
  public Map<String, Long> breaches() throws IOException {
    return taken().breaches();
  }

  private SinkCommand.Taken taken() throws IOException {
    questions.write("\n");
    questions.flush();
    return MAPPER.readValue(answer(), new TypeReference<>() {});
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new BenchException("The sink in a JVM of its own has ended before the bench.");
    }
    return line;
  }

  @Override
  public void close() {
    OwnProcess.end(process, STOP);
  }
}

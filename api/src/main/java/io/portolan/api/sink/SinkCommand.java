package io.portolan.api.sink;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.portolan.api.application.Application;
import io.portolan.core.json.Json;
import io.portolan.sender.simulation.ServerStatistics;
import io.portolan.sender.simulation.SimulatedMailServer;
import io.portolan.sender.simulation.SimulatedMailboxes;
import io.portolan.sender.simulation.SimulatedNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code portolan bench sink}: what {@code --sink internal} and {@code --rtt} run beside a bench.
 * Says its ports on a line, what it took for every line that it reads, and ends with its input.
 */
@Command(
    name = "sink",
    hidden = true,
    description = "Takes mail for a bench, keeps none and counts it; ends with its input.")
public final class SinkCommand implements Callable<Integer> {
  private static final int SMTP = 25;

  @Option(names = "--rtt", paramLabel = "MS", defaultValue = "0", description = "Round trip.")
  private int roundTripMillis;

  @Option(names = "--to", paramLabel = "PORT", description = "Delay the way to this port alone.")
  private Optional<Integer> to = Optional.empty();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  private final ObjectMapper mapper = Json.configure(JsonMapper.builder()).build();

  /** Where it listens. */
  record Ports(int port, int directPort) {}

  /** What it took so far. */
  record Taken(long messages, Map<String, Long> breaches) {}

  @Override
  public Integer call() throws IOException {
    try (SimulatedNetwork network =
            new SimulatedNetwork(Application.systemClock(), SimulatedMailboxes.discarding());
        SimulatedMailServer server =
            network.server("sink.test").listen(SMTP, SimulatedMailServer.Security.CLEAR).start()) {
      int direct = to.orElseGet(() -> server.backing(SMTP).orElseThrow().getPort());
      if (roundTripMillis == 0) {
        answer(new Ports(direct, direct), server);
      } else {
        try (DelayLine delay = DelayLine.start(direct, Duration.ofMillis(roundTripMillis))) {
          answer(new Ports(delay.port(), direct), server);
        }
      }
    }
    return 0;
  }

  private void answer(Ports ports, SimulatedMailServer server) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.println(mapper.writeValueAsString(ports));
    out.flush();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (in.readLine() != null) {
      ServerStatistics statistics = server.statistics();
      out.println(
          mapper.writeValueAsString(
              new Taken(statistics.messages().total(), statistics.violations())));
      out.flush();
    }
  }
}

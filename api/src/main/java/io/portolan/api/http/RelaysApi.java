package io.portolan.api.http;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.configuration.RelaySecrets;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayStore;
import io.portolan.core.relay.StoredRelay;
import io.portolan.sender.lane.RelayTrial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Relays. */
final class RelaysApi {
  private static final String RELAYS = "/api/v1/relays";
  private static final String ONE = RELAYS + "/{name}";

  private final RelayStore relays;
  private final Application.Parts parts;
  private final RelaySecrets allowed;

  RelaysApi(Application.Parts parts) {
    this.parts = parts;
    allowed = new RelaySecrets(parts.configuration().secretsDirectory());
    relays = parts.stores().relays();
  }

  record PortRequest(int port, String tls) {}

  record RelayRequest(
      String host,
      Optional<String> username,
      Optional<String> secretRef,
      List<PortRequest> ports) {}

  record PortView(int port, String tls) {}

  /**
   * A relay.
   *
   * @param reports what it tells of the mail that it took: events, bounces or nothing
   */
  record RelayView(
      String name,
      String host,
      String username,
      String secretRef,
      List<PortView> ports,
      boolean configured,
      String reports,
      Instant updatedAt) {
    static RelayView of(StoredRelay stored, RelayReporting reporting) {
      Relay relay = stored.relay();
      return new RelayView(
          relay.name(),
          relay.host(),
          relay.username(),
          relay.secretRef(),
          relay.ports().stream().map(port -> new PortView(port.port(), port.tls().id())).toList(),
          stored.isConfigured(),
          reporting.of(relay.name()).id(),
          stored.updatedAt());
    }
  }

  record TrialView(String relay, List<RelayTrial.PortResult> ports) {}

  void routes(RoutesConfig routes) {
    routes.get(RELAYS, this::list, Access.READ);
    routes.get(ONE, ctx -> json(ctx, view(relays.get(ctx.pathParam("name")))), Access.READ);
    routes.put(ONE, this::put, Access.ADMIN);
    routes.delete(ONE, this::delete, Access.ADMIN);
    routes.post(ONE + "/check", this::check, Access.OPERATE);
  }

  private RelayView view(StoredRelay stored) {
    return RelayView.of(stored, parts.stores().relayReporting());
  }

  private void list(Context ctx) {
    json(
        ctx,
        new Requests.Listing<>(relays.list().stream().map(this::view).toList(), Optional.empty()));
  }

  private void put(Context ctx) {
    RelayRequest request = body(ctx, RelayRequest.class);
    allowed.checkHost(request.host());
    allowed.check(request.secretRef().orElse(""));
    Relay relay =
        new Relay(
            ctx.pathParam("name"),
            request.host(),
            request.username().orElse(""),
            request.secretRef().orElse(""),
            ports(request.ports()));
    boolean isThere =
        relays.list().stream().anyMatch(each -> each.relay().name().equals(relay.name()));
    StoredRelay stored = isThere ? relays.replace(relay) : relays.create(relay);
    // a route that was held for its login may be tried again with the new one
    parts.paths().forget(relay.name());
    ctx.status(isThere ? 200 : 201);
    json(ctx, view(stored));
  }

  private static List<RelayPort> ports(List<PortRequest> requests) {
    if (requests.isEmpty()) {
      throw new InvalidException("ports", "has at least one port");
    }
    List<RelayPort> ports = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      PortRequest request = requests.get(i);
      String place = "ports[" + i + "]";
      TlsMode tls =
          TlsMode.of(request.tls())
              .orElseThrow(
                  () ->
                      new InvalidException(
                          place + ".tls", "is none of none, starttls and implicit"));
      if (request.port() < 1 || request.port() > 65_535) {
        throw new InvalidException(place + ".port", "is not within 1..65535");
      }
      ports.add(new RelayPort(request.port(), tls));
    }
    return ports;
  }

  private void delete(Context ctx) {
    relays.delete(ctx.pathParam("name"));
    ctx.status(204);
  }

  private void check(Context ctx) throws InterruptedException {
    String name = ctx.pathParam("name");
    Relay relay = relays.find(name).orElseThrow(() -> new NotFoundException("relay", name));
    json(ctx, new TrialView(name, parts.relayTrial().tryAll(relay)));
  }
}

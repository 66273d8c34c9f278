package io.portolan.api.http;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.application.Version;
import io.portolan.core.InvalidException;
import io.portolan.core.access.ApiKey;
import io.portolan.core.access.Role;
import io.portolan.core.address.Domain;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Sql;
import io.portolan.core.isp.Destination;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Health, metrics, API keys, the ISP directory and the description of the API. */
final class SystemApi {
  private static final String KEYS = "/api/v1/api-keys";

  private final Application.Parts parts;

  SystemApi(Application.Parts parts) {
    this.parts = parts;
  }

  /**
   * @param trouble why a node is down that reaches its database
   */
  record Health(
      String status, String version, String node, String database, Optional<String> trouble) {
    static Health of(
        String version, String node, boolean isDatabaseReached, Optional<String> trouble) {
      return new Health(
          isDatabaseReached && trouble.isEmpty() ? "up" : "down",
          version,
          node,
          isDatabaseReached ? "up" : "away",
          trouble.map(it -> "results cannot be recorded as they should be: " + it));
    }

    int code() {
      return status.equals("up") ? 200 : 503;
    }
  }

  record KeyRequest(String name, String role) {}

  record KeyView(
      long id, String name, String role, Instant createdAt, Optional<Instant> revokedAt) {
    static KeyView of(ApiKey key) {
      return new KeyView(key.id(), key.name(), key.role().id(), key.createdAt(), key.revokedAt());
    }
  }

  record NewKey(KeyView key, String secret) {}

  record Resolved(String domain, String isp, String platform, String basis) {}

  void routes(RoutesConfig routes) {
    routes.get("/health", this::health, Access.OPEN);
    routes.get(
        "/metrics",
        ctx ->
            ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(parts.meters().scrape()),
        Access.OPEN);
    routes.get("/docs/openapi.yaml", this::openApi, Access.OPEN);
    routes.get(KEYS, this::keys, Access.ADMIN);
    routes.post(KEYS, this::createKey, Access.ADMIN);
    routes.delete(KEYS + "/{id}", this::revoke, Access.ADMIN);
    routes.get("/api/v1/isps", this::isps, Access.READ);
    routes.get("/api/v1/isps/resolve", this::resolve, Access.READ);
  }

  private void health(Context ctx) {
    Health health =
        Health.of(
            Version.current(),
            parts.scheduler().nodeName(),
            isDatabaseReached(),
            parts.recorder().trouble());
    ctx.status(health.code());
    json(ctx, health);
  }

  private boolean isDatabaseReached() {
    try {
      return parts
          .database()
          .read(connection -> Sql.first(connection, "SELECT 1 AS one", row -> row.integer("one")))
          .isPresent();
    } catch (DatabaseException e) {
      return false;
    }
  }

  private void openApi(Context ctx) {
    try (InputStream description = SystemApi.class.getResourceAsStream("/openapi.yaml")) {
      if (description == null) {
        throw new IllegalStateException("openapi.yaml is not on the class path");
      }
      ctx.contentType("application/yaml")
          .result(new String(description.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keys(Context ctx) {
    json(
        ctx,
        new Requests.Listing<>(
            parts.stores().apiKeys().list().stream().map(KeyView::of).toList(), Optional.empty()));
  }

  private void createKey(Context ctx) {
    KeyRequest request = body(ctx, KeyRequest.class);
    Role role =
        Role.of(request.role())
            .orElseThrow(() -> new InvalidException("role", "is none of read, operate and admin"));
    ApiKey.Created created = parts.stores().apiKeys().create(request.name(), role);
    Requests.created(
        ctx,
        KEYS + "/" + created.key().id(),
        new NewKey(KeyView.of(created.key()), created.secret()));
  }

  private void revoke(Context ctx) {
    parts.stores().apiKeys().revoke(id(ctx, "id"));
    ctx.status(204);
  }

  private void isps(Context ctx) {
    json(ctx, new Requests.Listing<>(List.copyOf(parts.isps().isps()), Optional.empty()));
  }

  private void resolve(Context ctx) throws InterruptedException {
    Requests.allowQuery(ctx, "address", "domain");
    Domain domain =
        Requests.query(ctx, "address")
            .map(written -> Requests.address("address", written).domain())
            .or(
                () ->
                    Requests.query(ctx, "domain")
                        .map(written -> Requests.domain("domain", written)))
            .orElseThrow(() -> new InvalidException("address", "give an address or a domain"));
    Destination destination = parts.resolver().resolve(domain).destination();
    json(
        ctx,
        new Resolved(
            domain.name(), destination.isp(), destination.platform(), destination.basis().id()));
  }
}

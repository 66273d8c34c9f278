package io.portolan.api.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.portolan.api.application.Application;
import io.portolan.api.configuration.Configuration.HttpConfiguration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.configuration.RelaySecrets;
import io.portolan.api.dns.DnsApi;
import io.portolan.api.feedback.FeedbackApi;
import io.portolan.api.hold.DomainHoldsApi;
import io.portolan.api.intake.EventsApi;
import io.portolan.api.reports.DetailReportsApi;
import io.portolan.api.reputation.ReputationApi;
import io.portolan.api.schedule.ReportSchedulesApi;
import io.portolan.api.suppression.PrivacyApi;
import io.portolan.api.suppression.SuppressionsApi;
import io.portolan.api.suppression.UnsubscribePages;
import io.portolan.api.upload.UploadDirectory;
import io.portolan.core.access.ApiKey;
import io.portolan.core.access.ApiKeyStore;
import io.portolan.core.mailbox.MailboxStore;
import io.portolan.core.privacy.RecipientData;
import io.portolan.core.suppression.Unsubscriptions;
import io.portolan.sender.message.ContentCheck;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server over one node. Thread-safe; serves until it is closed. */
public final class ApiServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

  private static final String BEARER = "Bearer ";
  private static final String BASIC = "Basic ";
  private static final long MOST_BODY_BYTES = 4L * 1024 * 1024;

  private final Javalin server;
  private final ImportsApi imports;
  private final UploadDirectory uploads;

  private ApiServer(Javalin server, ImportsApi imports, UploadDirectory uploads) {
    this.server = server;
    this.imports = imports;
    this.uploads = uploads;
  }

  /** Starts to serve at the configured address. */
  public static ApiServer start(Application.Parts parts) {
    HttpConfiguration http = parts.configuration().http();
    UploadDirectory uploads = UploadDirectory.open(http.uploadDirectory());
    ImportsApi imports = new ImportsApi(parts, uploads);
    Javalin server =
        Javalin.create(
            config -> {
              configure(config);
              routes(config.routes, parts, imports, uploads);
            });
    try {
      server.start(http.address(), http.port());
    } catch (RuntimeException e) {
      imports.close();
      uploads.close();
      throw new ConfigurationException(
          "The API cannot listen on "
              + http.address()
              + ":"
              + http.port()
              + ": "
              + reason(e)
              + ". Choose another http.port, or stop what uses it.");
    }
    log.info("The API listens on {}:{}", http.address(), server.port());
    return new ApiServer(server, imports, uploads);
  }

  /** The port on which it listens. */
  public int port() {
    return server.port();
  }

  /** What it serves, as method and path, such as {@code get /health}, in order. */
  public List<String> routes() {
    return server.unsafe.internalRouter.allHttpHandlers().stream()
        .filter(handler -> handler.endpoint.method.isHttpMethod())
        .map(
            handler ->
                handler.endpoint.method.name().toLowerCase(Locale.ROOT)
                    + " "
                    + handler.endpoint.path)
        .sorted()
        .toList();
  }

  @Override
  public void close() {
    imports.close();
    server.stop();
    uploads.close();
  }

  private static void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = MOST_BODY_BYTES;
    config.concurrency.useVirtualThreads = true;
  }

  private static void routes(
      RoutesConfig routes, Application.Parts parts, ImportsApi imports, UploadDirectory uploads) {
    ContentCheck check = new ContentCheck(parts.composer());
    routes.beforeMatched(
        ctx -> {
          authorize(ctx, parts.stores().apiKeys());
          Requests.refuseNul(ctx);
        });
    Problems.handle(routes);
    new SystemApi(parts).routes(routes);
    new ListsApi(parts.stores()).routes(routes);
    imports.routes(routes);
    new TemplatesApi(parts.stores(), check).routes(routes);
    new CampaignsApi(parts, check).routes(routes);
    new DomainHoldsApi(parts.stores().holds(), parts.stores().holdEvents(), parts.scheduler())
        .routes(routes);
    new SuppressionsApi(parts, uploads).routes(routes);
    new RelaysApi(parts).routes(routes);
    new PolicyApi(parts).routes(routes);
    new PortsApi(parts).routes(routes);
    new DnsApi(parts.stores().dnsHealth(), parts.dnsHealth()).routes(routes);
    new DeliveriesApi(parts.stores()).routes(routes);
    new FeedbackApi(
            parts.stores().feedback(),
            parts.feedback().inbox(),
            parts.feedback().reader(),
            parts.clock())
        .routes(routes);
    new EventsApi(parts.intake().webhooks(), new MailboxStore(parts.database()))
        .routes(routes, Access.OPEN, Access.READ);
    new ReportsApi(parts.stores(), parts.clock()).routes(routes);
    new DetailReportsApi(parts.stores(), parts.isps()).routes(routes);
    new ReportSchedulesApi(
            parts.scheduledReports(),
            parts.stores().idempotency(),
            new RelaySecrets(parts.configuration().secretsDirectory()),
            parts.clock())
        .routes(routes);
    new ReputationApi(parts.stores().reputations(), parts.clock()).routes(routes);
    Unsubscriptions unsubscriptions = new Unsubscriptions(parts.database(), parts.clock());
    new UnsubscribePages(parts.tokens(), unsubscriptions, parts.feedback().inbox(), parts.clock())
        .routes(routes);
    new PrivacyApi(new RecipientData(parts.database()), unsubscriptions, parts.clock())
        .routes(routes);
  }

  private static void authorize(Context ctx, ApiKeyStore keys) {
    Access access =
        ctx.routeRoles().stream()
            .filter(Access.class::isInstance)
            .map(Access.class::cast)
            .findFirst()
            // a route that names nobody is for nobody
            .orElse(Access.ADMIN);
    if (access == Access.OPEN) {
      return;
    }
    Optional<ApiKey> key = secret(ctx).flatMap(keys::authenticate);
    if (key.isEmpty()) {
      ctx.header("WWW-Authenticate", "Basic realm=\"Portolan: any name, API key as password\"");
      throw new ProblemException(
          401,
          "unauthorized",
          "No valid API key",
          "Send an API key as \"Authorization: Bearer ptl_...\". The first one was shown when Portolan first started."
              + " As the password of Basic authentication it is taken for GET alone.");
    }
    if (!access.allows(key.get().role())) {
      throw new ProblemException(
          403,
          "forbidden",
          "The API key may not do this",
          "This call needs the role "
              + access.name().toLowerCase(Locale.ROOT)
              + "; the key \""
              + key.get().name()
              + "\" has "
              + key.get().role().id()
              + ".");
    }
    Requests.authenticated(ctx, key.get());
  }

  private static Optional<String> secret(Context ctx) {
    String header = ctx.header("Authorization");
    if (header != null && header.startsWith(BEARER)) {
      return Optional.of(header.substring(BEARER.length()).strip());
    }
    // what a browser sends after asking for a password, which is the key; it sends it unasked from
    // then on, whichever page makes the call, so that with it nothing can be changed
    if (!ctx.method().equals(HandlerType.GET) && !ctx.method().equals(HandlerType.HEAD)) {
      return Optional.empty();
    }
    return header == null ? Optional.empty() : password(header);
  }

  /** The password of Basic authentication (RFC 7617); empty for whatever else is written. */
  private static Optional<String> password(String header) {
    if (!header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return Optional.empty();
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
      String credentials = new String(decoded, StandardCharsets.UTF_8);
      int colon = credentials.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(credentials.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }
}

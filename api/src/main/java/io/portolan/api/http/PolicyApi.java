package io.portolan.api.http;

import static io.portolan.api.http.Requests.bodyOr;
import static io.portolan.api.http.Requests.json;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.application.Pacing;
import io.portolan.api.application.PolicySurroundings;
import io.portolan.api.application.Stores;
import io.portolan.api.policy.AdviceView;
import io.portolan.api.policy.ExplanationView;
import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.isp.Destination;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.PolicyActivation;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyComparison;
import io.portolan.core.policy.PolicyDocument;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.PolicyVersion;
import io.portolan.core.policy.PortPolicy;
import io.portolan.metrics.policy.Advice;
import io.portolan.metrics.policy.PolicyAdvisor;
import io.portolan.metrics.policy.PolicySimulator;
import io.portolan.sender.hold.RouteHold;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * The port policy: reading, checking, simulating, writing and activating versions; and the health
 * of paths.
 */
final class PolicyApi {
  private static final String POLICY = "/api/v1/policy";
  private static final String VERSIONS = POLICY + "/versions";
  private static final String RECOMMENDATIONS = POLICY + "/recommendations";

  private static final Duration USUAL_SPAN = Duration.ofDays(1);
  private static final String JSON = "application/json";
  private static final Set<String> YAML =
      Set.of("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml");

  private final Application.Parts parts;
  private final PolicyStore policies;
  private final PolicyDocument documents;
  private final PolicyCheck check;
  private final PolicySimulator simulator;
  private final PolicyAdvisor advisor;
  private final PathChoice choice;
  // a span takes seconds, and a connection to the database for as long
  private final Semaphore oneSimulation = new Semaphore(1);

  PolicyApi(Application.Parts parts) {
    this.parts = parts;
    policies = parts.stores().policies();
    documents = new PolicyDocument(parts.stores().relays());
    check = PolicySurroundings.check(parts.isps(), parts.stores().relays(), parts.paths());
    simulator = new PolicySimulator(parts.database());
    advisor = PolicySurroundings.advisor(parts.database(), parts.stores(), parts.clock());
    choice =
        new PathChoice(
            parts.paths(),
            parts.stores().relays(),
            Pacing.caps(parts.database(), "", parts.clock()),
            parts.clock());
  }

  record NoteRequest(Optional<String> note) {}

  /**
   * A step back.
   *
   * @param from the version that must be in force, so that a call that is repeated does nothing
   */
  record RollbackRequest(Optional<Integer> from, Optional<String> note) {
    static final RollbackRequest NONE = new RollbackRequest(Optional.empty(), Optional.empty());
  }

  record VersionView(
      int version, String author, String note, Instant createdAt, @JsonRawValue String document) {
    static VersionView of(PolicyVersion version) {
      return new VersionView(
          version.version(),
          version.author(),
          version.note(),
          version.createdAt(),
          PolicyDocument.writeJson(version.policy()));
    }
  }

  record VersionHead(int version, String author, String note, Instant createdAt, int rules) {
    static VersionHead of(PolicyVersion version) {
      return new VersionHead(
          version.version(),
          version.author(),
          version.note(),
          version.createdAt(),
          version.policy().rules().size());
    }
  }

  record ActiveView(PolicyActivation activation, @JsonRawValue String document) {}

  record Written(int version, List<InvalidException.Problem> warnings) {}

  /** The advice, and the version that was written of it. */
  record WrittenAdvice(int version, List<InvalidException.Problem> warnings, AdviceView advice) {}

  /**
   * What one policy changes of another.
   *
   * @param from the version that is changed
   * @param changes a sentence for each row that differs
   */
  record Comparison(int from, List<String> changes) {}

  record Health(List<PathStatus> paths, List<RouteHold> holds) {}

  void routes(RoutesConfig routes) {
    Stores stores = parts.stores();
    routes.get(POLICY, this::active, Access.READ);
    routes.get(VERSIONS, this::list, Access.READ);
    routes.get(VERSIONS + "/{version}", this::version, Access.READ);
    routes.post(VERSIONS, Idempotent.of(stores.idempotency(), this::write), Access.OPERATE);
    routes.post(VERSIONS + "/{version}/activate", this::activate, Access.OPERATE);
    routes.get(POLICY + "/activations", this::activations, Access.READ);
    routes.post(POLICY + "/check", this::checked, Access.READ);
    routes.post(POLICY + "/compare", this::compare, Access.READ);
    routes.get(VERSIONS + "/{version}/compare", this::compareVersion, Access.READ);
    routes.post(
        POLICY + "/rollback", Idempotent.of(stores.idempotency(), this::rollBack), Access.OPERATE);
    routes.get(POLICY + "/explain", this::explain, Access.READ);
    routes.post(POLICY + "/simulate", this::simulate, Access.READ);
    routes.post(VERSIONS + "/{version}/simulate", this::simulateVersion, Access.READ);
    routes.get(RECOMMENDATIONS, this::recommendations, Access.READ);
    routes.post(
        RECOMMENDATIONS, Idempotent.of(stores.idempotency(), this::storeDraft), Access.OPERATE);
    routes.get("/api/v1/paths", this::paths, Access.READ);
  }

  private void active(Context ctx) {
    PolicyStore.Active active =
        policies.active().orElseThrow(() -> new NotFoundException("active policy", ""));
    answer(
        ctx,
        active.policy(),
        new ActiveView(active.activation(), PolicyDocument.writeJson(active.policy())));
  }

  private void version(Context ctx) {
    PolicyVersion version = policies.get(Requests.smallId(ctx, "version"));
    answer(ctx, version.policy(), VersionView.of(version));
  }

  /** The document alone as YAML where that is asked for, else JSON with what is known of it. */
  private static void answer(Context ctx, PortPolicy policy, Object view) {
    Requests.allowQuery(ctx, "format");
    String accept = ctx.header("Accept");
    String format =
        Requests.query(ctx, "format")
            .orElse(accept != null && accept.contains("yaml") ? "yaml" : "json");
    if (!format.equals("yaml") && !format.equals("json")) {
      throw new InvalidException("format", "is \"" + format + "\"; give yaml or json");
    }
    if (format.equals("yaml")) {
      ctx.contentType("application/yaml").result(PolicyDocument.writeYaml(policy));
    } else {
      json(ctx, view);
    }
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "limit", "cursor");
    Requests.listing(
        ctx,
        policies.list(Requests.cursor(ctx).orElse(Long.MAX_VALUE), Requests.limit(ctx)),
        VersionHead::of);
  }

  private void activations(Context ctx) {
    Requests.allowQuery(ctx, "limit", "cursor");
    Requests.listing(
        ctx,
        policies.activations(Requests.cursor(ctx).orElse(Long.MAX_VALUE), Requests.limit(ctx)),
        activation -> activation);
  }

  private void write(Context ctx) {
    Requests.allowQuery(ctx, "note");
    PortPolicy policy = document(ctx);
    PolicyCheck.Findings findings = check.check(policy);
    PolicyVersion version =
        policies.append(policy, check, author(ctx), Requests.query(ctx, "note").orElse(""));
    Requests.created(
        ctx,
        VERSIONS + "/" + version.version(),
        new Written(version.version(), findings.warnings()));
  }

  private void activate(Context ctx) {
    NoteRequest request = bodyOr(ctx, NoteRequest.class, new NoteRequest(Optional.empty()));
    activated(
        ctx,
        policies.activate(
            Requests.smallId(ctx, "version"), check, author(ctx), request.note().orElse("")));
  }

  /** Who launches a campaign right after this sends it by the new policy. */
  private void activated(Context ctx, PolicyActivation activation) {
    parts.policy().lookAgain();
    json(ctx, activation);
  }

  private void checked(Context ctx) {
    json(ctx, check.check(document(ctx)));
  }

  private void compare(Context ctx) {
    json(ctx, comparison(inForce(), document(ctx)));
  }

  private void compareVersion(Context ctx) {
    Requests.allowQuery(ctx, "from");
    PortPolicy to = policies.get(Requests.smallId(ctx, "version")).policy();
    PolicyVersion from =
        Requests.query(ctx, "from")
            .map(PolicyApi::number)
            .map(policies::get)
            .orElseGet(this::inForce);
    json(ctx, comparison(from, to));
  }

  private static Comparison comparison(PolicyVersion from, PortPolicy to) {
    return new Comparison(from.version(), PolicyComparison.words(from.policy(), to));
  }

  private static int number(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw new InvalidException("from", "is \"" + text + "\", which is no version");
    }
    return Integer.parseInt(text);
  }

  private void simulate(Context ctx) {
    simulation(ctx, document(ctx));
  }

  private void simulateVersion(Context ctx) {
    simulation(ctx, policies.get(Requests.smallId(ctx, "version")).policy());
  }

  /** Runs a draft over a span, which is the last day if it is not given. */
  private void simulation(Context ctx, PortPolicy draft) {
    Requests.allowQuery(ctx, "from", "to");
    Instant to = Requests.time(ctx, "to").orElseGet(parts.clock()::instant);
    Instant from = Requests.time(ctx, "from").orElseGet(() -> to.minus(USUAL_SPAN));
    check.check(draft).throwIfRefused();
    PolicyVersion active = inForce();
    if (!oneSimulation.tryAcquire()) {
      ctx.header("Retry-After", "10");
      throw new ProblemException(
          429,
          "simulation-under-way",
          "A policy is being simulated",
          "This node simulates a policy for somebody else. Try again when that is done.");
    }
    try {
      json(ctx, simulator.simulate(active.version(), active.policy(), draft, from, to));
    } finally {
      oneSimulation.release();
    }
  }

  private void recommendations(Context ctx) {
    Advice advice = advisor.advise();
    json(ctx, view(advice));
  }

  private AdviceView view(Advice advice) {
    return AdviceView.of(advice, policies.get(advice.activeVersion()).policy());
  }

  /** Stores what is recommended as a version that is not in force. */
  private void storeDraft(Context ctx) {
    Advice advice = advisor.advise();
    PortPolicy draft =
        advice
            .draft()
            .orElseThrow(
                () -> new ConflictException("Nothing is recommended; no version was written."));
    PolicyCheck.Findings findings = check.check(draft);
    PolicyVersion version = policies.append(draft, check, author(ctx), advice.note());
    Requests.created(
        ctx,
        VERSIONS + "/" + version.version(),
        new WrittenAdvice(version.version(), findings.warnings(), view(advice)));
  }

  private PolicyVersion inForce() {
    return policies
        .latestActivation()
        .map(activation -> policies.get(activation.version()))
        .orElseThrow(() -> new NotFoundException("active policy", ""));
  }

  private void rollBack(Context ctx) {
    RollbackRequest request = bodyOr(ctx, RollbackRequest.class, RollbackRequest.NONE);
    activated(
        ctx, policies.rollBack(request.from(), check, author(ctx), request.note().orElse("")));
  }

  private void explain(Context ctx) throws InterruptedException {
    Requests.allowQuery(ctx, "address");
    EmailAddress address =
        Requests.address(
            "address",
            Requests.query(ctx, "address")
                .orElseThrow(() -> new InvalidException("address", "give an address")));
    Destination destination = parts.resolver().resolve(address.domain()).destination();
    // not what a node remembers for half a second: who has just activated a version asks of that
    PolicyVersion active = inForce();
    EffectiveRule rule =
        active.policy().ruleFor(active.version(), destination.isp(), destination.platform());
    json(
        ctx,
        ExplanationView.of(
            address,
            destination,
            rule,
            choice.explain(
                new PathChoice.Request(
                    rule,
                    PathChoice.target(destination.platform(), address.domain().name()),
                    0,
                    Optional.empty(),
                    _ -> Optional.empty()))));
  }

  private PortPolicy document(Context ctx) {
    if (ctx.body().isBlank()) {
      throw new ProblemException(400, "no-body", "No body", "Send the policy as JSON or YAML.");
    }
    String contentType = ctx.contentType();
    String type =
        contentType == null ? JSON : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (YAML.contains(type)) {
      return documents.readYaml(ctx.body());
    }
    if (type.equals(JSON)) {
      return documents.readJson(ctx.body());
    }
    throw new ProblemException(
        415,
        "media-type",
        "Unsupported media type",
        "Send application/json or application/yaml, not " + contentType + ".");
  }

  private void paths(Context ctx) {
    json(ctx, new Health(parts.paths().snapshot(), parts.paths().holds()));
  }

  private static String author(Context ctx) {
    return Requests.key(ctx).name();
  }
}

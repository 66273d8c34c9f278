package io.portolan.core.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.portolan.core.InvalidException;
import io.portolan.core.Problems;
import io.portolan.core.json.DocumentNode;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import io.portolan.core.policy.PolicyRule.TimeoutsPart;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The port policy as JSON or YAML that people write. Reading is strict; writing gives every path
 * with its TLS mode and leaves out what is inherited, so that what is written reads as the same
 * policy.
 *
 * <p>A path may be written short, {@code direct:25} or {@code ses:587}, and without its TLS mode:
 * direct is opportunistic then, a relay's is what the relay speaks on that port.
 *
 * <p>Thread-safe.
 */
public final class PolicyDocument {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  private static final Pattern BARE_STAR =
      Pattern.compile("^[ \\t-]*isp:[ \\t]*(\\*)", Pattern.MULTILINE);

  private final Routes relays;

  /**
   * @param relays that say which TLS mode a path has that is written without
   */
  public PolicyDocument(Routes relays) {
    this.relays = relays;
  }

  /**
   * Reads a policy from JSON.
   *
   * @throws InvalidException with every place that is wrong, such as {@code rules[3].paths[0].port}
   */
  public PortPolicy readJson(String text) {
    Problems problems = new Problems();
    return read(DocumentNode.json(text, problems), problems);
  }

  /**
   * Reads a policy from YAML.
   *
   * @throws InvalidException with every place that is wrong, such as {@code rules[3].paths[0].port}
   */
  public PortPolicy readYaml(String text) {
    Matcher bare = BARE_STAR.matcher(text);
    if (bare.find()) {
      long line = text.substring(0, bare.start(1)).lines().count();
      throw new InvalidException("line " + line, "* must be quoted in YAML: isp: \"*\"");
    }
    Problems problems = new Problems();
    return read(DocumentNode.yaml(text, problems), problems);
  }

  public static String writeJson(PortPolicy policy) {
    return write(JSON, policy);
  }

  public static String writeYaml(PortPolicy policy) {
    return write(YAML, policy);
  }

  private PortPolicy read(DocumentNode document, Problems problems) {
    List<PolicyRule> rules = List.of();
    if (document.isObject("rules")) {
      rules =
          document.require("rules").stream()
              .flatMap(node -> node.items().stream())
              .map(this::rule)
              .toList();
    }
    problems.throwIfAny("The port policy cannot be read");
    return new PortPolicy(rules);
  }

  private PolicyRule rule(DocumentNode node) {
    if (!node.isObject("isp", "paths", "limits", "timeouts", "retry", "note")) {
      return PolicyRule.of("");
    }
    return new PolicyRule(
        node.require("isp").flatMap(DocumentNode::text).orElse(""),
        node.find("paths").stream()
            .flatMap(paths -> paths.items().stream())
            .map(this::path)
            .flatMap(Optional::stream)
            .toList(),
        node.find("limits").map(PolicyDocument::limits).orElse(LimitsPart.INHERITED),
        node.find("timeouts").map(PolicyDocument::timeouts).orElse(TimeoutsPart.INHERITED),
        node.find("retry").map(PolicyDocument::retry).orElse(RetryPart.INHERITED),
        node.find("note").flatMap(DocumentNode::text).orElse(""));
  }

  private Optional<Path> path(DocumentNode node) {
    if (node.isText()) {
      return shortPath(node);
    }
    if (!node.isObject("route", "port", "tls")) {
      return Optional.empty();
    }
    Optional<String> route = node.require("route").flatMap(DocumentNode::text);
    Optional<Integer> port = node.require("port").flatMap(value -> value.integer(1, 65_535));
    Optional<DocumentNode> tls = node.find("tls");
    Optional<TlsMode> mode =
        tls.flatMap(value -> value.oneOf(TlsMode::of, List.of(TlsMode.values()), TlsMode::id));
    if (route.isEmpty() || port.isEmpty() || (tls.isPresent() && mode.isEmpty())) {
      return Optional.empty();
    }
    if (route.get().isEmpty()) {
      node.find("route").ifPresent(place -> place.problem("is empty"));
      return Optional.empty();
    }
    return Optional.of(
        new Path(route.get(), port.get(), mode.orElseGet(() -> usualTls(route.get(), port.get()))));
  }

  private Optional<Path> shortPath(DocumentNode node) {
    String text = node.text().orElse("");
    int colon = text.lastIndexOf(':');
    String digits = text.substring(colon + 1);
    if (colon < 1 || !digits.matches("[1-9][0-9]{0,4}") || Integer.parseInt(digits) > 65_535) {
      node.problem("must be a path such as direct:25 or ses:587, not \"" + text + "\"");
      return Optional.empty();
    }
    String route = text.substring(0, colon);
    int port = Integer.parseInt(digits);
    return Optional.of(new Path(route, port, usualTls(route, port)));
  }

  private TlsMode usualTls(String route, int port) {
    if (route.equals(Path.DIRECT)) {
      return TlsMode.OPPORTUNISTIC;
    }
    TlsMode usual = TlsMode.usualOn(port);
    return relays
        .find(route)
        .map(relay -> relay.tlsByPort().getOrDefault(port, usual))
        .orElse(usual);
  }

  private static LimitsPart limits(DocumentNode node) {
    if (!node.isObject("connections", "messagesPerConnection", "messagesPerSecond")) {
      return LimitsPart.INHERITED;
    }
    return new LimitsPart(
        node.find("connections").flatMap(DocumentNode::integer),
        node.find("messagesPerConnection").flatMap(DocumentNode::integer),
        node.find("messagesPerSecond").flatMap(DocumentNode::number));
  }

  private static TimeoutsPart timeouts(DocumentNode node) {
    if (!node.isObject("connect", "tls", "greeting", "command", "data", "dot")) {
      return TimeoutsPart.INHERITED;
    }
    return new TimeoutsPart(
        node.find("connect").flatMap(DocumentNode::duration),
        node.find("tls").flatMap(DocumentNode::duration),
        node.find("greeting").flatMap(DocumentNode::duration),
        node.find("command").flatMap(DocumentNode::duration),
        node.find("data").flatMap(DocumentNode::duration),
        node.find("dot").flatMap(DocumentNode::duration));
  }

  private static RetryPart retry(DocumentNode node) {
    if (!node.isObject("delays", "lifetime")) {
      return RetryPart.INHERITED;
    }
    return new RetryPart(
        node.find("delays").stream()
            .flatMap(delays -> delays.items().stream())
            .map(DocumentNode::duration)
            .flatMap(Optional::stream)
            .toList(),
        node.find("lifetime").flatMap(DocumentNode::duration));
  }

  private static String write(ObjectMapper mapper, PortPolicy policy) {
    ObjectNode document = mapper.createObjectNode();
    ArrayNode rules = document.putArray("rules");
    policy.rules().forEach(rule -> write(rules.addObject(), rule));
    try {
      return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a policy that cannot be written", e);
    }
  }

  private static void write(ObjectNode node, PolicyRule rule) {
    node.put("isp", rule.isp());
    if (!rule.paths().isEmpty()) {
      ArrayNode paths = node.putArray("paths");
      for (Path path : rule.paths()) {
        paths
            .addObject()
            .put("route", path.route())
            .put("port", path.port())
            .put("tls", path.tls().id());
      }
    }
    if (!rule.limits().equals(LimitsPart.INHERITED)) {
      ObjectNode limits = node.putObject("limits");
      LimitsPart part = rule.limits();
      part.connections().ifPresent(value -> limits.put("connections", value));
      part.messagesPerConnection().ifPresent(value -> limits.put("messagesPerConnection", value));
      part.messagesPerSecond().ifPresent(value -> limits.put("messagesPerSecond", value));
    }
    if (!rule.timeouts().equals(TimeoutsPart.INHERITED)) {
      ObjectNode timeouts = node.putObject("timeouts");
      TimeoutsPart part = rule.timeouts();
      put(timeouts, "connect", part.connect());
      put(timeouts, "tls", part.tls());
      put(timeouts, "greeting", part.greeting());
      put(timeouts, "command", part.command());
      put(timeouts, "data", part.data());
      put(timeouts, "dot", part.dot());
    }
    if (!rule.retry().equals(RetryPart.INHERITED)) {
      ObjectNode retry = node.putObject("retry");
      if (!rule.retry().delays().isEmpty()) {
        ArrayNode delays = retry.putArray("delays");
        rule.retry().delays().forEach(delay -> delays.add(HumanDuration.format(delay)));
      }
      put(retry, "lifetime", rule.retry().lifetime());
    }
    if (!rule.note().isEmpty()) {
      node.put("note", rule.note());
    }
  }

  private static void put(ObjectNode node, String key, Optional<Duration> value) {
    value.ifPresent(duration -> node.put(key, HumanDuration.format(duration)));
  }
}

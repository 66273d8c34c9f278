package io.portolan.core.relay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.portolan.core.Problems;
import io.portolan.core.json.DocumentNode;
import io.portolan.core.policy.TlsMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A relay as people write it: {@code name}, {@code host}, {@code ports} and, where it needs a
 * login, {@code username} and {@code secretRef}. A port is {@code {"port": 587, "tls":
 * "starttls"}}. Reading is strict.
 */
public final class RelayDocument {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private RelayDocument() {}

  /**
   * Reads and checks a relay that names itself.
   *
   * @throws io.portolan.core.InvalidException with everything that is wrong, field by field
   */
  public static Relay readJson(String text) {
    Problems problems = new Problems();
    DocumentNode node = DocumentNode.json(text, problems);
    Optional<Relay> relay = read(node);
    problems.throwIfAny("The relay is refused");
    return relay.orElseThrow();
  }

  /**
   * Reads and checks a relay whose name is known; the document may repeat it.
   *
   * @throws io.portolan.core.InvalidException with everything that is wrong, field by field
   */
  public static Relay readJson(String name, String text) {
    Problems problems = new Problems();
    DocumentNode node = DocumentNode.json(text, problems);
    node.find("name")
        .ifPresent(
            written -> {
              if (!written.text().equals(Optional.of(name))) {
                written.problem("must be " + name + " or be left out; a relay is not renamed");
              }
            });
    Optional<Relay> relay = read(node, Optional.of(name));
    problems.throwIfAny("The relay is refused");
    return relay.orElseThrow();
  }

  /** Reads and checks a relay that is part of a larger document; problems are noted there. */
  public static Optional<Relay> read(DocumentNode node) {
    return read(node, Optional.empty());
  }

  /** Writes the ports, as the table holds them. */
  static String writePorts(List<RelayPort> ports) {
    ArrayNode array = JSON.createArrayNode();
    ports.forEach(port -> array.addObject().put("port", port.port()).put("tls", port.tls().id()));
    try {
      return JSON.writeValueAsString(array);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("ports that cannot be written", e);
    }
  }

  /** Reads the ports as the table holds them. */
  static List<RelayPort> readPorts(String json) {
    Problems problems = new Problems();
    List<RelayPort> ports = ports(DocumentNode.json(json, problems));
    problems.throwIfAny("The relay's ports cannot be read");
    return ports;
  }

  private static Optional<Relay> read(DocumentNode node, Optional<String> known) {
    if (!node.isObject("name", "host", "username", "secretRef", "ports")) {
      return Optional.empty();
    }
    Optional<String> name = known.or(() -> node.require("name").flatMap(DocumentNode::text));
    Optional<String> host = node.require("host").flatMap(DocumentNode::text);
    Optional<String> username = optionalText(node, "username");
    Optional<String> secretRef = optionalText(node, "secretRef");
    List<RelayPort> ports = node.require("ports").map(RelayDocument::ports).orElse(List.of());
    if (name.isEmpty()
        || host.isEmpty()
        || username.isEmpty()
        || secretRef.isEmpty()
        || ports.isEmpty()) {
      return Optional.empty();
    }
    Relay relay = new Relay(name.get(), host.get(), username.get(), secretRef.get(), ports);
    node.check(problems -> RelayCheck.find(relay, node.place(), problems));
    return Optional.of(relay);
  }

  /** The text of a key, "" without the key, nothing if it is no text. */
  private static Optional<String> optionalText(DocumentNode node, String key) {
    Optional<DocumentNode> value = node.find(key);
    return value.isEmpty() ? Optional.of("") : value.get().text();
  }

  private static List<RelayPort> ports(DocumentNode node) {
    List<RelayPort> ports = new ArrayList<>();
    for (DocumentNode item : node.items()) {
      if (item.isObject("port", "tls")) {
        Optional<Integer> port = item.require("port").flatMap(value -> value.integer(1, 65_535));
        Optional<TlsMode> tls =
            item.require("tls")
                .flatMap(value -> value.oneOf(TlsMode::of, List.of(TlsMode.values()), TlsMode::id));
        if (port.isPresent() && tls.isPresent()) {
          ports.add(new RelayPort(port.get(), tls.get()));
        }
      }
    }
    return ports;
  }
}

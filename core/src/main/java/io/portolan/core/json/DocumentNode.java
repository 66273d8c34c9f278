package io.portolan.core.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.portolan.core.InvalidException;
import io.portolan.core.Problems;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A part of a JSON or YAML document that a person wrote, and its place. What is asked of it and is
 * not so is noted as a problem, so that a document's problems can be said all at once.
 *
 * <p>Not thread-safe.
 */
public final class DocumentNode {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final String ROOT = "document";

  private final JsonNode node;
  private final String place;
  private final Problems problems;

  private DocumentNode(JsonNode node, String place, Problems problems) {
    this.node = node;
    this.place = place;
    this.problems = problems;
  }

  /**
   * Reads a JSON document.
   *
   * @throws InvalidException if it is no JSON, naming line and column
   */
  public static DocumentNode json(String text, Problems problems) {
    return read(JSON, text, problems);
  }

  /**
   * Reads a YAML document.
   *
   * @throws InvalidException if it is no YAML, naming line and column
   */
  public static DocumentNode yaml(String text, Problems problems) {
    return read(YAML, text, problems);
  }

  /** The place of this part, such as {@code rules[3].paths[0]}; empty for the whole document. */
  public String place() {
    return place;
  }

  /** Notes that something is wrong here. */
  public void problem(String reason) {
    problems.add(place.isEmpty() ? ROOT : place, reason);
  }

  /** Whether this is an object; if not, or if it has other keys than these, that is a problem. */
  public boolean isObject(String... keys) {
    if (!node.isObject()) {
      problem("must be an object, not " + kind());
      return false;
    }
    Set<String> known = new TreeSet<>(List.of(keys));
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                child(key, node.path(key))
                    .problem("is not known; known are " + String.join(", ", keys));
              }
            });
    return true;
  }

  /** Whether this is text rather than an object, a list or a number. */
  public boolean isText() {
    return node.isTextual();
  }

  /** The value of a key, if the object has it. */
  public Optional<DocumentNode> find(String key) {
    return Optional.ofNullable(node.get(key)).map(value -> child(key, value));
  }

  /** The value of a key that the object must have. */
  public Optional<DocumentNode> require(String key) {
    Optional<DocumentNode> value = find(key);
    if (value.isEmpty()) {
      problems.add(place.isEmpty() ? key : place + "." + key, "is missing");
    }
    return value;
  }

  /** The items of a list that must have at least one. */
  public List<DocumentNode> items() {
    if (!node.isArray()) {
      problem("must be a list, not " + kind());
      return List.of();
    }
    if (node.isEmpty()) {
      problem("is empty");
    }
    List<DocumentNode> items = new ArrayList<>();
    for (JsonNode item : node) {
      items.add(new DocumentNode(item, place + "[" + items.size() + "]", problems));
    }
    return items;
  }

  public Optional<String> text() {
    if (!node.isTextual()) {
      problem("must be text, not " + kind());
      return Optional.empty();
    }
    return Optional.of(node.textValue());
  }

  /** A whole number of 32 bits. */
  public Optional<Integer> integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      problem("must be a whole number, not " + kind());
      return Optional.empty();
    }
    return Optional.of(node.intValue());
  }

  /** A whole number within bounds. */
  public Optional<Integer> integer(int least, int most) {
    Optional<Integer> value = integer();
    if (value.isPresent() && (value.get() < least || value.get() > most)) {
      problem("must be within " + least + " to " + most + ", not " + value.get());
      return Optional.empty();
    }
    return value;
  }

  /** One of a few names. */
  public <T> Optional<T> oneOf(
      Function<String, Optional<T>> parse, List<T> all, Function<T, String> name) {
    Optional<String> text = text();
    Optional<T> value = text.flatMap(parse);
    if (text.isPresent() && value.isEmpty()) {
      String known = all.stream().map(name).collect(Collectors.joining(", "));
      problem("must be one of " + known + ", not \"" + cut(text.get()) + "\"");
    }
    return value;
  }

  /** Lets a check note problems of this document. */
  public void check(Consumer<Problems> check) {
    check.accept(problems);
  }

  public Optional<Boolean> flag() {
    if (!node.isBoolean()) {
      problem("must be true or false");
      return Optional.empty();
    }
    return Optional.of(node.booleanValue());
  }

  public Optional<Double> number() {
    if (!node.isNumber() || node.decimalValue().abs().compareTo(BigDecimal.TEN.pow(15)) > 0) {
      problem("must be a number, not " + kind());
      return Optional.empty();
    }
    return Optional.of(node.doubleValue());
  }

  /** A duration such as {@code 10s}; see {@link HumanDuration}. */
  public Optional<Duration> duration() {
    Optional<Duration> duration =
        node.isTextual() ? HumanDuration.parse(node.textValue()) : Optional.empty();
    if (duration.isEmpty()) {
      problem("must be a duration such as 500ms, 10s, 5m, 2h or 4d, not " + kind());
    }
    return duration;
  }

  private DocumentNode child(String key, JsonNode value) {
    return new DocumentNode(value, place.isEmpty() ? key : place + "." + key, problems);
  }

  private String kind() {
    return switch (node.getNodeType()) {
      case OBJECT, POJO -> "an object";
      case ARRAY -> "a list";
      case STRING -> "\"" + cut(node.textValue()) + "\"";
      case NUMBER -> node.asText();
      case BOOLEAN -> node.asText();
      case NULL, MISSING, BINARY -> "nothing";
    };
  }

  private static String cut(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }

  private static DocumentNode read(ObjectMapper mapper, String text, Problems problems) {
    try {
      JsonNode node = mapper.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw new InvalidException(ROOT, "is empty");
      }
      return new DocumentNode(node, "", problems);
    } catch (JsonProcessingException e) {
      throw Json.refusal(e);
    }
  }
}

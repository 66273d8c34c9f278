package io.portolan.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Compares answers with the schemas of {@code openapi.yaml}, as far as it uses JSON Schema. */
public final class DescribedAnswers {
  private final JsonNode description;

  public DescribedAnswers(String openApi) {
    try {
      description = new ObjectMapper(new YAMLFactory()).readTree(openApi);
    } catch (IOException e) {
      throw new AssertionError("openapi.yaml is no YAML", e);
    }
  }

  /** What is not as described in an answer to a call; empty when all is. */
  public List<String> differences(String method, String path, int status, JsonNode answer) {
    JsonNode content =
        resolve(
                description
                    .path("paths")
                    .path(path)
                    .path(method)
                    .path("responses")
                    .path(Integer.toString(status)))
            .path("content");
    JsonNode media = content.path(status < 400 ? "application/json" : "application/problem+json");
    if (media.isMissingNode()) {
      return List.of(method + " " + path + " has no JSON answer " + status);
    }
    List<String> differences = new ArrayList<>();
    compare("answer", media.path("schema"), answer, differences);
    return differences;
  }

  /**
   * Whether a status that a call was answered with is described; calls that are not may have any.
   */
  boolean declares(String method, String called, int status) {
    return description.path("paths").properties().stream()
        .filter(path -> called.matches(path.getKey().replaceAll("\\{[^}]+}", "[^/]+")))
        // what is written out goes before what is a parameter
        .min(Comparator.comparing(path -> path.getKey().indexOf('{') >= 0))
        .map(path -> path.getValue().path(method.toLowerCase(Locale.ROOT)))
        .filter(operation -> !operation.isMissingNode())
        .map(operation -> operation.path("responses").has(Integer.toString(status)))
        .orElse(true);
  }

  private void compare(String place, JsonNode written, JsonNode value, List<String> differences) {
    JsonNode schema = resolve(written);
    String type = schema.path("type").asText("any");
    if (!fits(type, value)) {
      differences.add(place + " is no " + type + ": " + value);
      return;
    }
    JsonNode properties = schema.path("properties");
    schema
        .path("required")
        .forEach(
            name -> {
              if (!value.has(name.asText())) {
                differences.add(place + " lacks " + name.asText());
              }
            });
    if (value.isObject() && (!properties.isEmpty() || schema.has("additionalProperties"))) {
      value
          .properties()
          .forEach(
              field -> {
                if (properties.has(field.getKey())) {
                  compare(
                      place + "." + field.getKey(),
                      properties.path(field.getKey()),
                      field.getValue(),
                      differences);
                } else {
                  differences.add(place + "." + field.getKey() + " is not described");
                }
              });
    }
    for (int i = 0; value.isArray() && i < value.size(); i++) {
      compare(place + "[" + i + "]", schema.path("items"), value.get(i), differences);
    }
  }

  private static boolean fits(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      default -> true;
    };
  }

  private JsonNode resolve(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : description.at(reference.substring(1));
  }
}

package io.portolan.api.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a YAML file into flat entries that know where they stand. */
final class ConfigurationFile {
  private final Path path;
  private final Map<List<String>, Entry> entries = new LinkedHashMap<>();

  /**
   * A value and its place.
   *
   * @param value empty for a key without a value
   * @param place such as {@code portolan.yaml, line 12}
   */
  record Entry(String value, String place) {}

  private ConfigurationFile(Path path) {
    this.path = path;
  }

  /**
   * Reads a file.
   *
   * @return values by the names on the way to them, in the order of the file; a list's values are
   *     joined by commas
   */
  static Map<List<String>, Entry> read(Path path) {
    ConfigurationFile file = new ConfigurationFile(path);
    YAMLFactory yaml =
        YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = yaml.createParser(Files.readString(path))) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        file.object(parser, List.of());
      } else if (first != null && first != JsonToken.VALUE_NULL) {
        throw file.refusal(parser, "keys and values are expected");
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new ConfigurationException(
          path + ", line " + line + ": this is not valid YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new ConfigurationException("The configuration " + path + " cannot be read: " + e);
    }
    return file.entries;
  }

  private void object(JsonParser parser, List<String> names) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      List<String> name = new ArrayList<>(names);
      name.add(parser.currentName());
      String place = place(parser);
      switch (parser.nextToken()) {
        case START_OBJECT -> object(parser, name);
        case START_ARRAY -> entries.put(List.copyOf(name), new Entry(array(parser), place));
        case VALUE_NULL -> entries.put(List.copyOf(name), new Entry("", place));
        case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
            entries.put(List.copyOf(name), new Entry(parser.getText().strip(), place));
        case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
            throw refusal(parser, "a value is expected");
      }
    }
  }

  private String array(JsonParser parser) throws IOException {
    List<String> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.currentToken().isScalarValue()) {
        throw refusal(parser, "a list holds plain values");
      }
      values.add(parser.getText().strip());
    }
    return String.join(",", values);
  }

  private String place(JsonParser parser) {
    return path + ", line " + parser.currentTokenLocation().getLineNr();
  }

  private ConfigurationException refusal(JsonParser parser, String what) {
    return new ConfigurationException(place(parser) + ": " + what);
  }
}

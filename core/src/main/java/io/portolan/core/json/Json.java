package io.portolan.core.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.portolan.core.InvalidException;
import java.util.Map;

/**
 * Reads and writes records as JSON: the components and nothing else, times as ISO 8601 text, enums
 * in lower case, an empty {@link java.util.Optional} left out. Reading is strict: a field that is
 * unknown, missing, null or there twice is refused, as are a null in a list or map and text where a
 * number belongs, and the refusal names the place. Only an {@code Optional} may be missing or null.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      configure(JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)).build();
  // attributes were stored with nulls before those were refused
  private static final ObjectMapper OBJECT_MAPPER =
      MAPPER.copy().setDefaultSetterInfo(JsonSetter.Value.empty());
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private Json() {}

  /** Sets a mapper up to map as this class does, for other formats of the same documents. */
  public static <B extends MapperBuilder<?, B>> B configure(B builder) {
    return builder
        .addModule(new Jdk8Module())
        .addModule(new JavaTimeModule())
        .visibility(PropertyAccessor.ALL, Visibility.NONE)
        .visibility(PropertyAccessor.FIELD, Visibility.ANY)
        .visibility(PropertyAccessor.CREATOR, Visibility.ANY)
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
        .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
        .disable(
            SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
            SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
            DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
            DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("there is no JSON for " + value.getClass().getName(), e);
    }
  }

  /**
   * Reads a document.
   *
   * @throws InvalidException if it is not JSON, or not of the shape of {@code type}
   */
  public static <T> T read(String json, Class<T> type) {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new InvalidException("document", "null is no " + type.getSimpleName());
      }
      return value;
    } catch (JsonProcessingException e) {
      throw Refusal.of(e);
    }
  }

  /**
   * Reads an object whose fields are not known beforehand, such as a recipient's attributes.
   *
   * @return strings, numbers, booleans, lists and maps, in the order of the document
   * @throws InvalidException if it is not a JSON object
   */
  public static Map<String, Object> readObject(String json) {
    try {
      Map<String, Object> object = OBJECT_MAPPER.readValue(json, OBJECT);
      if (object == null) {
        throw new InvalidException("document", "null is no object");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw Refusal.of(e);
    }
  }

  /** The problem in a document that a mapper of {@link #configure} refused. */
  public static InvalidException refusal(JsonProcessingException cause) {
    return Refusal.of(cause);
  }
}

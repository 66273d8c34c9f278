package io.portolan.core.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.portolan.core.InvalidException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Words for a document that could not be read: the place in it, and what would be right there. */
final class Refusal {
  private Refusal() {}

  static InvalidException of(JsonProcessingException cause) {
    if (!(cause instanceof JsonMappingException mapping)) {
      return new InvalidException(place(cause.getLocation()), cause.getOriginalMessage());
    }
    return new InvalidException(place(mapping), reason(mapping));
  }

  private static String reason(JsonMappingException cause) {
    return switch (cause) {
      case UnrecognizedPropertyException unknown -> "is not known; " + known(unknown);
      case InvalidFormatException wrong ->
          "\"" + wrong.getValue() + "\" is not " + expected(wrong.getTargetType());
      case MismatchedInputException wrong -> mismatch(wrong);
      case ValueInstantiationException refused when refused.getCause() != null ->
          String.valueOf(refused.getCause().getMessage());
      default -> cause.getOriginalMessage();
    };
  }

  private static String mismatch(MismatchedInputException cause) {
    String message = cause.getOriginalMessage();
    if (message.startsWith("Null value for creator property")
        || message.startsWith("Missing required creator property")
        || message.startsWith("Cannot map `null`")) {
      return "is missing";
    }
    if (message.startsWith("Invalid `null` value")) {
      return "is null";
    }
    if (message.startsWith("Trailing token")) {
      return "something follows the end of the document";
    }
    return "must be " + expected(cause.getTargetType());
  }

  private static String known(UnrecognizedPropertyException cause) {
    if (cause.getKnownPropertyIds() == null || cause.getKnownPropertyIds().isEmpty()) {
      return "no field is expected here";
    }
    return cause.getKnownPropertyIds().stream()
        .map(String::valueOf)
        .sorted()
        .collect(Collectors.joining(", ", "known are ", ""));
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "something else";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return switch (type.getName()) {
      case "java.lang.String" -> "text";
      case "boolean", "java.lang.Boolean" -> "true or false";
      case "int", "long", "java.lang.Integer", "java.lang.Long" -> "a whole number";
      case "double", "java.lang.Double" -> "a number";
      case "java.time.Instant" -> "an instant such as 2026-11-24T09:00:00Z";
      case "java.time.OffsetDateTime" -> "a time with its offset such as 2026-11-24T09:00:00+01:00";
      case "java.time.LocalTime" -> "a time of day such as 09:00";
      case "java.time.ZoneId" -> "a time zone such as Europe/Berlin";
      case "java.time.Duration" -> "a duration such as PT15M";
      case "java.util.List", "java.util.Set", "java.util.ArrayList", "java.util.HashSet" ->
          "a list";
      default -> "an object";
    };
  }

  private static String place(JsonMappingException cause) {
    StringBuilder place = new StringBuilder();
    for (JsonMappingException.Reference step : cause.getPath()) {
      if (step.getFieldName() == null) {
        place.append('[').append(step.getIndex()).append(']');
      } else {
        place.append(place.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return place.isEmpty() ? "document" : place.toString();
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? "document"
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}

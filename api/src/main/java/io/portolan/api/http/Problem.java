package io.portolan.api.http;

import io.portolan.core.InvalidException;
import java.util.List;

/**
 * What went wrong, for a client (RFC 9457).
 *
 * @param type a stable name of the kind of problem
 * @param detail what happened, what it means and what to do next
 * @param errors the fields that are wrong; empty for none
 */
record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    List<FieldError> errors) {
  static final String CONTENT_TYPE = "application/problem+json";

  /** One wrong field. */
  record FieldError(String field, String reason) {}

  static Problem of(int status, String name, String title, String detail, String instance) {
    return new Problem("urn:portolan:problem:" + name, title, status, detail, instance, List.of());
  }

  Problem with(List<InvalidException.Problem> problems) {
    return new Problem(
        type,
        title,
        status,
        detail,
        instance,
        problems.stream().map(each -> new FieldError(each.place(), each.reason())).toList());
  }
}

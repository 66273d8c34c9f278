package io.portolan.sender.template;

import com.github.jknack.handlebars.Context;
import com.github.jknack.handlebars.HandlebarsError;
import com.github.jknack.handlebars.HandlebarsException;
import com.github.jknack.handlebars.Template;
import io.portolan.core.InvalidException;
import io.portolan.core.campaign.MissingField;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One part of a campaign's content, compiled: Handlebars with the helpers of {@link MergeHelpers}
 * and nothing that reaches outside the template. Fields are JSON values; a field that is absent,
 * null or blank has no value, and the campaign's {@link MissingField} says what becomes of it.
 *
 * <ul>
 *   <li>HTML: values are escaped. {@code {{{field}}}} puts a value in as HTML, for who keeps HTML
 *       in attributes and trusts their source.
 *   <li>Text: values stand as they are.
 *   <li>Subject: values stand as they are, and the whole becomes one line, see {@link
 *       HeaderText#oneLine}.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class MergeTemplate {
  private static final int MAX_SOURCE = 1_000_000;
  private static final int MAX_RENDERED = 4_000_000;

  /** What is made on the way counts more than once. */
  private static final long MAX_MADE = 4L * MAX_RENDERED;

  private final TemplatePart part;
  private final String source;
  private final Template template;

  private MergeTemplate(TemplatePart part, String source, Template template) {
    this.part = part;
    this.source = source;
    this.template = template;
  }

  /**
   * Reads a template.
   *
   * @throws InvalidException if it is none, with the place and a reason
   */
  public static MergeTemplate compile(TemplatePart part, String source, MissingField missingField) {
    if (source.length() > MAX_SOURCE) {
      throw part.refused(
          "is " + source.length() + " characters long; " + MAX_SOURCE + " are allowed");
    }
    TemplateScanner.scan(part, source);
    try {
      // with a helper for missing fields the library takes unknown helpers for missing fields: look
      // for them without it
      MergeEngine.checking().compileInline(source);
      return new MergeTemplate(
          part, source, MergeEngine.of(part, missingField).compileInline(source));
    } catch (HandlebarsException e) {
      throw unreadable(part, source, e);
    } catch (IOException e) {
      throw new IllegalStateException("a template in memory could not be read", e);
    }
  }

  /**
   * Merges with one recipient's fields.
   *
   * @throws InvalidException if a field without a value is an error, or a value does not fit where
   *     it is used
   */
  public String render(Map<String, Object> fields) {
    String rendered;
    try {
      rendered =
          Growth.within(
              MAX_MADE,
              () ->
                  template.apply(
                      Context.newBuilder(fields).resolver(JsonResolver.INSTANCE).build()));
    } catch (HandlebarsException e) {
      throw part.refused(placeOf(source, e.getError()), reasonOf(e));
    } catch (IOException e) {
      throw new IllegalStateException("a template in memory could not be rendered", e);
    }
    if (rendered.length() > MAX_RENDERED) {
      throw part.refused(
          "becomes " + rendered.length() + " characters long; " + MAX_RENDERED + " are allowed");
    }
    return rendered;
  }

  private static InvalidException unreadable(
      TemplatePart part, String source, HandlebarsException e) {
    HandlebarsError error = e.getError();
    return part.refused(
        placeOf(source, error),
        error == null ? "is no template" : TemplateErrors.explain(error.reason));
  }

  private static String reasonOf(HandlebarsException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MergeException merge && merge.getMessage() != null) {
        return merge.getMessage();
      }
    }
    HandlebarsError error = e.getError();
    return "cannot be merged: " + (error == null ? e.getMessage() : error.reason);
  }

  private static Place placeOf(String source, @Nullable HandlebarsError error) {
    if (error == null) {
      return new Place(1, 1);
    }
    // the library counts columns from 0, but says 1 for 0 when it reports a syntax error
    boolean isFirst = error.column <= 1 && lineAt(source, error.line).startsWith("{{");
    return new Place(error.line, isFirst ? 1 : error.column + 1);
  }

  private static String lineAt(String source, int line) {
    return source.lines().skip(line - 1L).findFirst().orElse("");
  }
}

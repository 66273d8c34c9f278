package io.portolan.sender.template;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in plain words what the Handlebars library found wrong with a template. */
final class TemplateErrors {
  private static final Pattern UNKNOWN_HELPER = Pattern.compile("could not find helper: '(.*)'");
  private static final Pattern UNEXPECTED =
      Pattern.compile("found: '(.*?)'(?:, expected: '(.*)')?", Pattern.DOTALL);

  private TemplateErrors() {}

  static String explain(String reason) {
    Matcher helper = UNKNOWN_HELPER.matcher(reason);
    if (helper.matches()) {
      return MergeHelpers.unknown(helper.group(1));
    }
    Matcher unexpected = UNEXPECTED.matcher(reason);
    if (!unexpected.matches()) {
      return "cannot be read: " + reason;
    }
    String found = unexpected.group(1);
    String expected = unexpected.group(2);
    if (found.equals("EOF")) {
      return "the template ends inside a tag"
          + (expected == null ? "" : "; " + expected + " is missing");
    }
    if (found.equals("{{") && "EOF".equals(expected)) {
      return "this {{ begins no tag that can be read";
    }
    if (expected == null && found.codePointCount(0, found.length()) == 1) {
      return "the character "
          + found
          + " cannot stand in a field name without brackets, as in {{["
          + found
          + "]}}";
    }
    return "found " + found + (expected == null ? "" : " where " + expected + " is expected");
  }
}

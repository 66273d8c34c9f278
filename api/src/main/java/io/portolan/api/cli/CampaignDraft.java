package io.portolan.api.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the options of a command say of a draft; what is not given is left as it is. */
final class CampaignDraft {
  private static final Pattern MAILBOX = Pattern.compile("\\s*(.*?)\\s*<([^<>]+)>\\s*");
  private static final Pattern WINDOW =
      Pattern.compile("([A-Za-z,]+) +(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d) +(\\S+)");
  private static final String NONE = "none";
  private static final String DEFAULT = "default";

  @Option(names = "--list", description = "Id or name.")
  private Optional<String> list = Optional.empty();

  @Option(names = "--from", description = "Such as 'Shop <news@shop.example>'.")
  private Optional<String> from = Optional.empty();

  @Option(names = "--reply-to")
  private Optional<String> replyTo = Optional.empty();

  @Option(names = "--subject", description = "A Handlebars template.")
  private Optional<String> subject = Optional.empty();

  @Option(names = "--html", description = "File with the HTML template.")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--text", description = "File with the text template.")
  private Optional<Path> text = Optional.empty();

  @Option(
      names = "--template",
      description = "Id or name, instead of subject and files; none for no template.")
  private Optional<String> template = Optional.empty();

  @Option(
      names = "--missing",
      description =
          "What a merge field without a value becomes: a text, or \"error\" to refuse it.")
  private Optional<String> missing = Optional.empty();

  @Option(
      names = "--window",
      description =
          "When it may send, such as 'monday,tuesday 09:00-17:30 Europe/Berlin'; none for always.")
  private Optional<String> window = Optional.empty();

  @Option(
      names = "--in-doubt",
      description =
          "resend or hold: what becomes of a message when nobody knows whether the peer took it.")
  private Optional<String> inDoubt = Optional.empty();

  @Option(
      names = "--guard-hard-bounce",
      description =
          "Usual and too many hard bounces, such as '2%% to 10%%', or off; default for the"
              + " server's.")
  private Optional<String> hardBounces = Optional.empty();

  @Option(
      names = "--guard-block",
      description =
          "Usual and too many blocks for reputation, such as '2%% to 15%%', or off; default for the"
              + " server's.")
  private Optional<String> blocks = Optional.empty();

  /** The fields of the request. */
  Map<String, @Nullable Object> fields(Remote remote, ApiClient client) throws IOException {
    Map<String, Object> content = new HashMap<>();
    if (from.isPresent()) {
      Matcher mailbox = MAILBOX.matcher(from.get());
      boolean named = mailbox.matches();
      content.put("fromName", named ? mailbox.group(1).replaceAll("^\"|\"$", "") : "");
      content.put("fromAddress", named ? mailbox.group(2) : from.get());
    }
    replyTo.ifPresent(it -> content.put("replyTo", it));
    subject.ifPresent(it -> content.put("subject", it));
    if (html.isPresent()) {
      content.put("html", Remote.text(html.get()));
    }
    if (text.isPresent()) {
      content.put("text", Remote.text(text.get()));
    }
    missing.ifPresent(
        it ->
            content.put(
                "missingField",
                Map.of("isError", it.equals("error"), "value", it.equals("error") ? "" : it)));
    Map<String, @Nullable Object> fields = new HashMap<>();
    if (!content.isEmpty()) {
      fields.put("content", content);
    }
    list.ifPresent(it -> fields.put("listId", remote.find(client, "list", "/api/v1/lists", it)));
    template.ifPresent(
        it ->
            fields.put(
                "templateId",
                it.equals(NONE) ? null : remote.find(client, "template", "/api/v1/templates", it)));
    Map<String, @Nullable Object> guards = new HashMap<>();
    hardBounces.ifPresent(it -> guards.put("hardBounce", it.equals(DEFAULT) ? null : it));
    blocks.ifPresent(it -> guards.put("block", it.equals(DEFAULT) ? null : it));
    if (!guards.isEmpty()) {
      fields.put("guards", guards);
    }
    inDoubt.ifPresent(it -> fields.put("inDoubt", it));
    window.ifPresent(it -> fields.put("sendWindow", it.equals(NONE) ? null : window(it)));
    return fields;
  }

  private static Map<String, Object> window(String written) {
    Matcher window = WINDOW.matcher(written);
    if (!window.matches()) {
      throw new ApiException(
          ApiException.NO_ANSWER,
          "--window "
              + written
              + ": give days, hours and zone, such as 'monday,tuesday 09:00-17:30 Europe/Berlin'.");
    }
    return Map.of(
        "days",
        List.of(window.group(1).split(",", -1)),
        "from",
        window.group(2),
        "until",
        window.group(3),
        "zone",
        window.group(4));
  }
}

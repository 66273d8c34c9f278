package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan template}: subjects and bodies that campaigns share. */
@Command(name = "template", description = "Templates: subjects and bodies that campaigns share.")
final class TemplateCommand {
  private static final String TEMPLATES = "/api/v1/templates";

  @Command(name = "create", description = "Makes a template.")
  int create(
      @Mixin Remote remote,
      @Option(names = "--name", required = true) String name,
      @Option(names = "--subject", required = true, description = "A Handlebars template.")
          String subject,
      @Option(names = "--html", description = "File with the HTML template.") @Nullable Path html,
      @Option(names = "--text", description = "File with the text template.") @Nullable Path text)
      throws IOException {
    Map<String, Object> template =
        Map.of(
            "name",
            name,
            "subject",
            subject,
            "html",
            html == null ? "" : Remote.text(html),
            "text",
            text == null ? "" : Remote.text(text));
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(TEMPLATES, template),
          it -> remote.say("Template " + it.path("id").asLong() + ", " + name + ", was made."));
    }
    return 0;
  }

  @Command(name = "show", description = "Shows the templates, or one with its texts.")
  int show(
      @Mixin Remote remote,
      @Parameters(paramLabel = "TEMPLATE", arity = "0..1", description = "Id or name.")
          @Nullable String template) {
    try (ApiClient client = remote.client()) {
      if (template == null) {
        remote.show(client.get(TEMPLATES + "?limit=500"), answer -> list(remote, answer));
      } else {
        remote.show(client.get(path(remote, client, template)), it -> one(remote, it));
      }
    }
    return 0;
  }

  @Command(name = "delete", description = "Removes a template that no draft uses.")
  int delete(@Mixin Remote remote, @Parameters(paramLabel = "TEMPLATE") String template) {
    try (ApiClient client = remote.client()) {
      client.delete(path(remote, client, template));
      remote.say("Template " + template + " is gone.");
    }
    return 0;
  }

  private static void list(Remote remote, JsonNode answer) {
    Table table = new Table("ID", "NAME", "SUBJECT", "CHANGED");
    for (JsonNode template : answer.path("items")) {
      JsonNode settings = template.path("settings");
      table.add(
          template.path("id").asText(),
          settings.path("name").asText(),
          settings.path("subject").asText(),
          template.path("updatedAt").asText());
    }
    remote.out().print(table);
  }

  private static void one(Remote remote, JsonNode template) {
    JsonNode settings = template.path("settings");
    remote.say("Subject: " + settings.path("subject").asText());
    for (String part : new String[] {"text", "html"}) {
      String body = settings.path(part).asText();
      if (!body.isEmpty()) {
        remote.say("\n--- " + part + "\n" + body);
      }
    }
  }

  private static String path(Remote remote, ApiClient client, String template) {
    return TEMPLATES + "/" + remote.find(client, "template", TEMPLATES, template);
  }
}

package io.portolan.sender.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.MissingField;
import io.portolan.core.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every example of docs/templates.md does what the page says. */
class TemplatesPageTest {
  private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Pattern EXAMPLE = Pattern.compile("(?m)^\\| `(.+?)` \\| `(.+?)` \\|$");

  @Test
  void examplesBecomeWhatThePageSays() throws IOException {
    String page = Files.readString(Path.of("../docs/templates.md"));
    Map<String, Object> attributes =
        Json.readObject(JSON.matcher(page).results().findFirst().orElseThrow().group(1));
    List<MatchResult> examples = EXAMPLE.matcher(page).results().toList();

    assertThat(examples)
        .hasSizeGreaterThan(15)
        .allSatisfy(
            example ->
                assertThat(
                        MergeTemplate.compile(
                                TemplatePart.HTML, example.group(1), MissingField.ERROR)
                            .render(attributes))
                    .isEqualTo(example.group(2)));
  }
}

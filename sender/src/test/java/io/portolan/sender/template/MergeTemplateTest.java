package io.portolan.sender.template;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.campaign.MissingField;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergeTemplateTest {
  private static final Map<String, Object> ANNA =
      Map.ofEntries(
          entry("name", "Anna <b> & \"Co\""),
          entry("plan", "gold"),
          entry("age", 42),
          entry("score", 1.50),
          entry("huge", 1.5e10),
          entry("price", new BigDecimal("19.90")),
          entry("active", true),
          entry("blank", "  "),
          entry("since", "2026-11-24"),
          entry("tags", List.of("red", "green")),
          entry("address", Map.of("city", "Köln", "geo", Map.of("lat", 50.9))));

  @Test
  void escapesValuesInHtml() {
    assertThat(html("<p title=\"{{name}}\">{{name}}</p>"))
        .isEqualTo(
            "<p title=\"Anna &lt;b&gt; &amp; &quot;Co&quot;\">Anna &lt;b&gt; &amp; &quot;Co&quot;</p>");
    assertThat(html("{{upper name}}")).isEqualTo("ANNA &lt;B&gt; &amp; &quot;CO&quot;");
    assertThat(html("{{#each tags}}{{this}}{{/each}}")).isEqualTo("redgreen");
    assertThat(render(TemplatePart.HTML, "{{tags}}", Map.of("tags", List.of("<a>", "b"))))
        .isEqualTo("&lt;a&gt;, b");
  }

  @Test
  void putsValuesInAsHtmlWhereTheTemplateSaysSo() {
    assertThat(html("{{{name}}} {{&name}}")).isEqualTo("Anna <b> & \"Co\" Anna <b> & \"Co\"");
  }

  @Test
  void leavesValuesAsTheyAreInTextAndSubject() {
    assertThat(text("{{name}}")).isEqualTo("Anna <b> & \"Co\"");
    assertThat(render(TemplatePart.SUBJECT, "Hi {{name}}", ANNA)).isEqualTo("Hi Anna <b> & \"Co\"");
  }

  @Test
  void writesNumbersAsPeopleDo() {
    assertThat(text("{{age}} {{score}} {{huge}} {{price}} {{active}}"))
        .isEqualTo("42 1.5 15000000000 19.90 true");
    assertThat(render(TemplatePart.TEXT, "{{n}}", Map.of("n", 3.0))).isEqualTo("3");
    assertThat(render(TemplatePart.TEXT, "{{n}}", Map.of("n", 0.0))).isEqualTo("0");
    assertThat(render(TemplatePart.TEXT, "{{n}}", Map.of("n", new BigDecimal("1e999999"))))
        .isEqualTo("1E+999999");
  }

  @Test
  void findsFieldsInObjectsAndLists() {
    assertThat(text("{{address.city}} {{address.geo.lat}} {{tags.[1]}} {{tags}}"))
        .isEqualTo("Köln 50.9 green red, green");
    assertThat(text("{{#with address}}{{city}}{{/with}}")).isEqualTo("Köln");
    assertThat(render(TemplatePart.TEXT, "{{[first name]}}", Map.of("first name", "Bo")))
        .isEqualTo("Bo");
  }

  @Test
  void offersTheDocumentedHelpers() {
    assertThat(text("{{#if active}}a{{else}}b{{/if}}{{#unless active}}c{{/unless}}"))
        .isEqualTo("a");
    assertThat(text("{{#if (eq plan \"gold\")}}rich{{else if active}}poor{{/if}}"))
        .isEqualTo("rich");
    assertThat(text("{{#eq age 42}}yes{{else}}no{{/eq}}{{#eq age nothing}}yes{{else}}no{{/eq}}"))
        .isEqualTo("yesno");
    assertThat(text("{{default nick \"friend\"}} {{default plan \"none\"}} {{default nick \"\"}}!"))
        .isEqualTo("friend gold !");
    assertThat(text("{{upper plan}} {{lower \"ABC\"}}")).isEqualTo("GOLD abc");
    assertThat(text("{{formatDate since \"d MMMM yyyy\"}}, {{formatDate since \"d. MMM\" \"fr\"}}"))
        .isEqualTo("24 November 2026, 24. nov.");
    assertThat(
            render(
                TemplatePart.TEXT,
                "{{formatDate at \"HH:mm\"}}",
                Map.of("at", "2026-11-24T18:05:00+01:00")))
        .isEqualTo("18:05");
    assertThat(text("{{#each tags}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}"))
        .isEqualTo("0red,1green");
  }

  @Test
  void namesWhatAHelperCannotDo() {
    assertThat(refusal(TemplatePart.TEXT, "{{formatDate plan \"yyyy\"}}"))
        .isEqualTo(
            "text: line 1, column 3: formatDate cannot write \"gold\" as \"yyyy\": Text 'gold' could not be parsed at index 0");
    assertThat(refusal(TemplatePart.TEXT, "{{formatDate since \"bogus!\"}}"))
        .startsWith("text: line 1, column 3: formatDate cannot write \"2026-11-24\" as \"bogus!\"");
    assertThat(refusal(TemplatePart.TEXT, "{{formatDate since}}"))
        .contains("formatDate needs a pattern");
    assertThat(refusal(TemplatePart.HTML, "in {{address}}"))
        .isEqualTo(
            "html: line 1, column 6: an object is found where a text must stand; name one of its fields: city, geo");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nick", "blank", "nothing", "address.street", "a.b.c", "tags.[7]", "name.x"})
  void namesTheFieldWithoutAValue(String field) {
    Map<String, Object> fields = new HashMap<>(ANNA);
    fields.put("nothing", null);
    MergeTemplate template =
        MergeTemplate.compile(
            TemplatePart.HTML, "<p>\n  Dear {{" + field + "}},</p>", MissingField.ERROR);

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> template.render(fields))
        .withMessage("html: line 2, column 10: the recipient has no value for \"" + field + "\"");
  }

  @Test
  void namesTheFieldThatAHelperNeeds() {
    assertThat(refusal(TemplatePart.TEXT, "{{upper nick}}"))
        .isEqualTo("text: line 1, column 3: the recipient has no value for \"nick\"");
    assertThat(refusal(TemplatePart.TEXT, "{{formatDate  a.b \"yyyy\"}}"))
        .isEqualTo("text: line 1, column 3: the recipient has no value for \"a.b\"");
  }

  @Test
  void putsTheCampaignsValueInForAFieldWithoutOne() {
    MissingField customer = new MissingField(false, "<customer>");

    assertThat(
            MergeTemplate.compile(TemplatePart.HTML, "{{nick}}, {{upper x.y}}, {{blank}}", customer)
                .render(ANNA))
        .isEqualTo("&lt;customer&gt;, &lt;customer&gt;, &lt;customer&gt;");
    assertThat(
            MergeTemplate.compile(TemplatePart.TEXT, "[{{nick}}]", MissingField.EMPTY).render(ANNA))
        .isEqualTo("[]");
  }

  @Test
  void mayAskWhetherAFieldHasAValue() {
    assertThat(
            text(
                "{{#if nick}}a{{else}}b{{/if}}{{#nick}}c{{/nick}}{{^nick}}d{{/nick}}{{#each nick}}e{{else}}f{{/each}}"
                    + "{{#with nick}}g{{/with}}{{#unless blank}}h{{/unless}}{{^name}}i{{/name}}"))
        .isEqualTo("bdfh");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{{#if a}}x | line 1, column 1: the block {{#if}} is not closed; {{/if}} is missing",
        "{{#if a}}x{{/unless}} | line 1, column 11: {{/unless}} is found where {{/if}} must close the block of line 1",
        "{{#each a}}{{#if b}}x{{/each}} | line 1, column 22: {{/each}} is found where {{/if}} must close the block of line 1",
        "x{{/if}} | line 1, column 2: {{/if}} closes a block that was not opened",
        "Hi {{nam | line 1, column 9: the template ends inside a tag; }} is missing",
        "Hi {{ | line 1, column 4: this {{ begins no tag that can be read",
        "{{}} | line 1, column 1: this {{ begins no tag that can be read",
        "{{name}}} | line 1, column 7: found }}} where }} is expected",
        "{{{name}} | line 1, column 8: found }} where }}} is expected",
        "{{日本}} | line 1, column 3: the character 日 cannot stand in a field name without brackets, as in {{[日]}}",
        "{{! x | line 1, column 1: the comment is not closed",
        "{{> x}} | line 1, column 1: partials ({{> }}) are not offered",
        "{{~ > x}} | line 1, column 1: partials ({{> }}) are not offered",
        "{{#> x}}{{/x}} | line 1, column 1: partials ({{#> }}) are not offered",
        "{{#*inline 'x'}}{{/inline}} | line 1, column 1: decorators ({{#* }}) are not offered",
        "{{*x}} | line 1, column 1: decorators ({{* }}) are not offered",
        "{{=<< >>=}}<<> x>> | line 1, column 1: the delimiters {{ }} cannot be changed",
        "{{{{raw}}}}{{{{/raw}}}} | line 1, column 1: raw blocks ({{{{ }}}}) are not offered",
      })
  void saysWhereATemplateIsWrong(String source, String reason) {
    assertThat(refusal(TemplatePart.SUBJECT, source)).isEqualTo("subject: " + reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{nope name}}",
        "{{nope k=1}}",
        "{{#nope name}}{{/nope}}",
        "{{#if (nope name)}}{{/if}}",
        "{{i18n \"x\"}}",
        "{{log name}}",
        "{{lookup this \"name\"}}",
        "{{#block \"x\"}}{{/block}}",
        "{{#partial \"x\"}}{{/partial}}",
        "{{embedded \"x\"}}",
        "{{precompile \"x\"}}",
        "{{include \"x\"}}",
        "{{helperMissing name}}",
      })
  void refusesHelpersThatAreNotOffered(String source) {
    assertThat(refusal(TemplatePart.HTML, "\n\n " + source))
        .startsWith("html: line 3, column ")
        .contains("there is no helper \"")
        .endsWith(
            "\"; the helpers are default, each, eq, formatDate, if, lower, unless, upper, with");
  }

  @Test
  void saysWhichHelperIsUnknown() {
    assertThat(refusal(TemplatePart.HTML, "a\n {{shout name}}"))
        .startsWith("html: line 2, column 4: there is no helper \"shout\"");
  }

  @Test
  void doesNotReachIntoJavaObjects() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("text", "abc");
    fields.put("list", List.of(1));
    fields.put("secret", new Secret());

    assertThat(
            MergeTemplate.compile(
                    TemplatePart.TEXT,
                    "[{{text.length}}{{text.bytes}}{{text.class.name}}{{list.size}}{{list.class}}{{secret.value}}"
                        + "{{this.class}}{{class}}{{getClass}}]",
                    MissingField.EMPTY)
                .render(fields))
        .isEqualTo("[]");
  }

  @Test
  void takesTagsInCommentsAndAfterABackslashForText() {
    assertThat(text("a{{!-- {{> x}} {{#if}} --}}b{{! c }}\\{{name}}")).isEqualTo("ab{{name}}");
  }

  @Test
  void refusesTemplatesThatAreTooLongOrTooDeep() {
    assertThat(refusal(TemplatePart.HTML, "x".repeat(1_000_001)))
        .isEqualTo("html: is 1000001 characters long; 1000000 are allowed");
    assertThat(refusal(TemplatePart.HTML, "{{#if a}}".repeat(51) + "{{/if}}".repeat(51)))
        .isEqualTo("html: line 1, column 451: blocks are nested more than 50 deep");
  }

  @Test
  void refusesWhatGrowsTooLong() {
    List<Integer> many = IntStream.range(0, 3_000).boxed().toList();
    MergeTemplate template =
        MergeTemplate.compile(
            TemplatePart.HTML, "{{#each a}}" + "x".repeat(2_000) + "{{/each}}", MissingField.EMPTY);

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> template.render(Map.of("a", many)))
        .withMessage("html: becomes 6000000 characters long; 4000000 are allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{#each a}}{{#each ../a}}{{#each ../../a}}xxxxxxxxxx{{/each}}{{/each}}{{/each}}",
        "{{#a}}{{#each ../a}}{{#each ../../a}}{{this}}{{/each}}{{/each}}{{/a}}",
        "{{#each a}}{{#each ../a}}{{../../long}}{{/each}}{{/each}}"
      })
  void stopsLoopsWithinLoopsWhileTheyRun(String source) {
    List<Integer> many = IntStream.range(0, 1_000).boxed().toList();
    MergeTemplate template = MergeTemplate.compile(TemplatePart.TEXT, source, MissingField.EMPTY);

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> template.render(Map.of("a", many, "long", "x".repeat(100_000))))
        .withMessageContaining("grows beyond 16000000 characters here")
        .withMessageStartingWith("text: line 1, column ");
  }

  @Test
  void stopsValuesThatAreRepeatedWhileTheyAreWritten() {
    MergeTemplate template =
        MergeTemplate.compile(TemplatePart.HTML, "{{a}}".repeat(100_000), MissingField.EMPTY);

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> template.render(Map.of("a", "x".repeat(1_000_000))))
        .withMessageContaining("grows beyond 16000000 characters here");
  }

  @Test
  void rendersTheSameInManyThreads() {
    MergeTemplate template =
        MergeTemplate.compile(
            TemplatePart.TEXT, "{{#each l}}{{this}}{{../n}}{{/each}}", MissingField.EMPTY);

    assertThat(
            IntStream.range(0, 2_000)
                .parallel()
                .mapToObj(i -> template.render(Map.of("n", i, "l", Arrays.asList(i, i))))
                .toList())
        .isEqualTo(IntStream.range(0, 2_000).mapToObj(i -> ("" + i).repeat(4)).toList());
  }

  private static String html(String source) {
    return render(TemplatePart.HTML, source, ANNA);
  }

  private static String text(String source) {
    return render(TemplatePart.TEXT, source, ANNA);
  }

  private static String render(TemplatePart part, String source, Map<String, Object> fields) {
    return MergeTemplate.compile(part, source, MissingField.ERROR).render(fields);
  }

  private static String refusal(TemplatePart part, String source) {
    try {
      return "not refused: " + render(part, source, ANNA);
    } catch (InvalidException e) {
      assertThat(e.problems()).singleElement().extracting("place").isEqualTo(part.field());
      return String.valueOf(e.getMessage());
    }
  }

  /** What a template must not look into. */
  public static final class Secret {
    public String getValue() {
      return "leaked";
    }
  }
}

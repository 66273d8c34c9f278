package io.portolan.sender.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.InvalidException;
import io.portolan.core.campaign.MissingField;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots give what Handlebars gives, whatever the template and the fields. */
class SlotTemplatePropertyTest {
  private static final List<String> PIECES =
      List.of(
          "{{name}}",
          "{{{name}}}",
          "{{_x1}}",
          "{{ name }}",
          "{{upper}}",
          "{{this}}",
          "{{else}}",
          "{{true}}",
          "{{address}}",
          "{{~name}}",
          "{{! a word }}",
          "\\{{name}}",
          "{",
          "}",
          "}}",
          "\\",
          "\n",
          "\r\n",
          "  ",
          "Dear ",
          "@media x{a{b:c}}",
          "<p>",
          "&amp;",
          "ö",
          "{{name}}\n",
          "\n{{_x1}}\n",
          "{\n",
          "\\\n",
          "\r",
          "a line\n",
          "\n\n",
          "{{upper name}}\n",
          "{{address.city}}",
          "{{default _x1 \"none\"}}",
          "{{! one\ntwo }}",
          "{{!-- {{name}}\n --}}\n",
          "{{#if name}}yes, {{name}}{{else}}no{{/if}}",
          "{{#if name}}\nyes\n{{else}}\nno\n{{/if}}\n",
          "{{^name}}\nnone {{_x1}}\n{{/name}}",
          "{{#each list}}\n- {{this}}\n{{/each}}\n",
          "{{#with address}}in {{city}}\n{{/with}}\n",
          "{{#each list}}{{~this}}{{/each}}\n");

  private static final List<Object> VALUES =
      List.of(
          "Ann",
          "",
          "  ",
          "<b> & \"Co\" '`",
          "{{name}}",
          "ö\n",
          42,
          1.5e10,
          -0.0,
          new BigDecimal("19.90"),
          true,
          false,
          List.of("a", "<b>"),
          Map.of("city", "Köln"));

  @Provide
  Arbitrary<String> templates() {
    return Arbitraries.of(PIECES)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12)
        .map(pieces -> String.join("", pieces));
  }

  @Provide
  Arbitrary<Map<String, Object>> fields() {
    return Arbitraries.maps(
        Arbitraries.of("name", "_x1", "upper", "this", "else", "true", "address", "list"),
        Arbitraries.of(VALUES));
  }

  @Property(tries = 5_000)
  void givesWhatHandlebarsGives(
      @ForAll("templates") String source,
      @ForAll("fields") Map<String, Object> fields,
      @ForAll TemplatePart part,
      @ForAll boolean missingIsError) {
    MissingField missing =
        missingIsError ? MissingField.ERROR : new MissingField(false, "<friend>");
    MergeTemplate template;
    try {
      template = MergeTemplate.compile(part, source, missing);
    } catch (InvalidException refused) {
      return; // before either renders
    }
    assertThat(outcome(() -> template.render(new HashMap<>(fields))))
        .isEqualTo(outcome(() -> template.renderByHandlebars(new HashMap<>(fields))));
  }

  @Property(tries = 1_000)
  void cutsAtLineEndsAlone(@ForAll("templates") String source) {
    MergeTemplate template;
    try {
      template = MergeTemplate.compile(TemplatePart.TEXT, source, MissingField.EMPTY);
    } catch (InvalidException refused) {
      return;
    }
    List<MergeTemplate.Run> runs = template.runs();
    assertThat(runs).extracting(MergeTemplate.Run::text).doesNotContain("");
    assertThat(String.join("", runs.stream().map(MergeTemplate.Run::text).toList()))
        .isEqualTo(source);
    assertThat(runs.subList(0, runs.size() - 1))
        .allSatisfy(run -> assertThat(run.text()).endsWith("\n"));
    assertThat(runs)
        .filteredOn(run -> !run.varies())
        .allSatisfy(run -> assertThat(run.text()).doesNotContain("{{"));
  }

  @Test
  void keepsLinesApartThatNoTagTouches() {
    MergeTemplate template =
        MergeTemplate.compile(
            TemplatePart.TEXT,
            "one\ntwo\n{{a}}\n{{b}} c\nthree\n{{#if a}}\nfour\n{{/if}} {{b}}\n{{b}}\nfive",
            MissingField.EMPTY);

    assertThat(template.runs())
        .containsExactly(
            new MergeTemplate.Run("one\ntwo\n", false),
            new MergeTemplate.Run("{{a}}\n{{b}} c\n", true),
            new MergeTemplate.Run("three\n", false),
            new MergeTemplate.Run("{{#if a}}\nfour\n{{/if}} {{b}}\n", true),
            new MergeTemplate.Run("{{b}}\n", true),
            new MergeTemplate.Run("five", false));
    assertThat(template.renderVarying(Map.of("b", "x\r")))
        .containsExactly("\nx\r c\n", " x\r\n", "x\r\n");
  }

  @Test
  void takesTextAndPlainFields() {
    SlotTemplate slots =
        SlotTemplate.of(TemplatePart.HTML, "<p>{{name}} {{{name}}}</p>{{n}}", MissingField.ERROR)
            .orElseThrow();

    assertThat(slots.render(Map.of("name", "a&b", "n", 3), 100)).contains("<p>a&amp;b a&b</p>3");
    assertThat(slots.render(Map.of("name", "a&b", "n", 3), 10)).isEmpty();
    assertThat(slots.render(Map.of("name", "a&b"), 100)).isEmpty();
    assertThat(SlotTemplate.isOne(TemplatePart.TEXT, "no field")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{#if a}}b{{/if}}",
        "{{upper a}}",
        "{{a.b}}",
        "{{~a}}",
        "{{else}}",
        "\\{{a}}",
        "{{! b }}",
        "{{{a}}",
        "{{{a}} }"
      })
  void leavesAllElseToHandlebars(String source) {
    assertThat(SlotTemplate.isOne(TemplatePart.TEXT, source)).isFalse();
  }

  private static String outcome(Supplier<String> render) {
    try {
      return "text " + render.get();
    } catch (InvalidException e) {
      return "refused " + e.getMessage();
    }
  }
}

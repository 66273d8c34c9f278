package io.portolan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.InvalidException.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemsTest {

  @Test
  void saysAllThatIsWrongAtOnce() {
    Problems problems = new Problems();
    problems.checkName("name", "  ", 10);
    problems.checkName("other", "abc", 2);
    problems.checkLine("subject", "a\r\nBcc: x@y.example", 100);
    problems.checkText("text", "a\0", 10);
    problems.checkText("fine", "a\nb", 3);
    problems.checkLine("empty", "", 3);

    assertThatThrownBy(() -> problems.throwIfAny("It is not right"))
        .isInstanceOfSatisfying(
            InvalidException.class,
            refused ->
                assertThat(refused.problems())
                    .containsExactly(
                        new Problem("name", "is empty"),
                        new Problem("other", "is 3 characters long; 2 are allowed"),
                        new Problem(
                            "subject",
                            "has a line break or another control character; it must be one line"),
                        new Problem("text", "has a NUL character")))
        .hasMessageStartingWith("It is not right: name is empty; other is 3 characters long;")
        .hasMessageEndingWith("text has a NUL character.");
  }

  @Test
  void saysNothingWhereNothingIsWrong() {
    Problems problems = new Problems();
    problems.checkName("name", "ok", 10);

    problems.throwIfAny("never said");
    assertThat(problems.isEmpty()).isTrue();
  }

  @Test
  void cutsAPageAndSaysWhereToGoOn() {
    Page<Long> page = Page.cut(List.of(5L, 6L, 7L), 2, id -> id);

    assertThat(page.items()).containsExactly(5L, 6L);
    assertThat(page.next()).hasValue(6L);
    assertThat(Page.cut(List.of(5L, 6L), 2, id -> id).next()).isEmpty();
    assertThat(Page.cut(List.<Long>of(), 2, id -> id).items()).isEmpty();
  }
}

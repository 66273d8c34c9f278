package io.portolan.core.campaign;

import io.portolan.core.ConflictException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The states of one campaign and what leads from one to another:
 *
 * <table>
 *   <caption>Transitions</caption>
 *   <tr><th>from</th><th>by</th><th>to</th></tr>
 *   <tr><td>draft</td><td>schedule</td><td>scheduled</td></tr>
 *   <tr><td>scheduled</td><td>unschedule</td><td>draft</td></tr>
 *   <tr><td>scheduled</td><td>launch</td><td>running</td></tr>
 *   <tr><td>running</td><td>pause</td><td>paused</td></tr>
 *   <tr><td>paused</td><td>resume</td><td>running</td></tr>
 *   <tr><td>running, paused</td><td>finish</td><td>finished</td></tr>
 *   <tr><td>draft, scheduled, running, paused</td><td>cancel</td><td>cancelled</td></tr>
 * </table>
 *
 * <p>A campaign finishes by itself when its last delivery ends. It may be paused at that moment:
 * the messages that were under way when it was paused can be its last. Nothing leads out of
 * finished and cancelled.
 *
 * <p>Each method is one transition: it gives the campaign in its new state, or throws a {@link
 * ConflictException} that says what is possible instead. The stored state is changed by {@link
 * CampaignStore}.
 */
public record CampaignLifecycle(long campaignId, CampaignState state) {

  private enum Transition {
    SCHEDULE("scheduled", CampaignState.SCHEDULED),
    UNSCHEDULE("unscheduled", CampaignState.DRAFT),
    LAUNCH("launched", CampaignState.RUNNING),
    PAUSE("paused", CampaignState.PAUSED),
    RESUME("resumed", CampaignState.RUNNING),
    FINISH("finished", CampaignState.FINISHED),
    CANCEL("cancelled", CampaignState.CANCELLED);

    private final String participle;
    private final CampaignState to;

    Transition(String participle, CampaignState to) {
      this.participle = participle;
      this.to = to;
    }

    boolean leadsFrom(CampaignState state) {
      return switch (this) {
        case SCHEDULE -> state == CampaignState.DRAFT;
        case UNSCHEDULE, LAUNCH -> state == CampaignState.SCHEDULED;
        case PAUSE -> state == CampaignState.RUNNING;
        case RESUME -> state == CampaignState.PAUSED;
        case FINISH -> state == CampaignState.RUNNING || state == CampaignState.PAUSED;
        case CANCEL -> !state.isEnded();
      };
    }
  }

  public CampaignLifecycle schedule() {
    return move(Transition.SCHEDULE);
  }

  public CampaignLifecycle unschedule() {
    return move(Transition.UNSCHEDULE);
  }

  public CampaignLifecycle launch() {
    return move(Transition.LAUNCH);
  }

  public CampaignLifecycle pause() {
    return move(Transition.PAUSE);
  }

  public CampaignLifecycle resume() {
    return move(Transition.RESUME);
  }

  public CampaignLifecycle finish() {
    return move(Transition.FINISH);
  }

  public CampaignLifecycle cancel() {
    return move(Transition.CANCEL);
  }

  /**
   * Does nothing to a draft.
   *
   * @param what was to be done with it, as a participle such as "edited"
   * @throws ConflictException if the campaign is no draft
   */
  void requireDraft(String what) {
    if (state != CampaignState.DRAFT) {
      throw refusal(what);
    }
  }

  private CampaignLifecycle move(Transition transition) {
    if (!transition.leadsFrom(state)) {
      throw refusal(transition.participle);
    }
    return new CampaignLifecycle(campaignId, transition.to);
  }

  private ConflictException refusal(String participle) {
    return new ConflictException(
        "Campaign %d is %s and cannot be %s; %s."
            .formatted(campaignId, article(), participle, legal()));
  }

  private String article() {
    return state == CampaignState.DRAFT ? "a draft" : state.id();
  }

  private String legal() {
    if (state.isEnded()) {
      return "it has ended, and nothing can be done with it any more";
    }
    String participles =
        Arrays.stream(Transition.values())
            .filter(transition -> transition.leadsFrom(state))
            // finishing is nothing that a person can ask for
            .filter(transition -> transition != Transition.FINISH)
            .map(transition -> transition.participle)
            .collect(Collectors.joining(", "));
    String edited = state == CampaignState.DRAFT ? "edited, deleted, " : "";
    return "it can be: " + edited + participles;
  }
}

/**
 * Notifications: what somebody outside the run is told, at least once.
 *
 * W1. A run neither ends nor waits for a person before each was delivered, or nobody could be
 *     reached. One that is being stopped does not wait for that, nor one that never gets a plan:
 *     with its draft the dead letters are discarded, too.
 * W2. What could not be delivered is sent again, with the same key, when the run goes on.
 */

import type { RunEvent } from "./event.ts";
import type { LifecycleState } from "./lifecycle.ts";

export type NotificationsState = {
  /** Whether there is somebody to tell. */
  isWanted: boolean;
  undelivered: readonly UndeliveredNotification[];
};

type UndeliveredNotification = {
  /** `seq` of the event that is told of. */
  readonly notification: number;
  readonly threshold: number;
  readonly subtasks: readonly string[];
  /** Whether nobody could be reached, until the run goes on. */
  readonly isGivenUp: boolean;
};

export function initialNotifications(): NotificationsState {
  return { isWanted: false, undelivered: [] };
}

export function evolveNotifications(notifications: NotificationsState, event: RunEvent): void {
  const { isWanted, undelivered } = notifications;
  switch (event.type) {
    case "run.started":
      notifications.isWanted = event.settings.deadLetters?.notify ?? false;
      break;
    case "dead_letters.threshold_reached": {
      if (!isWanted) return;
      const { seq: notification, threshold, subtasks } = event;
      const added = { notification, threshold, subtasks, isGivenUp: false };
      notifications.undelivered = [...undelivered, added];
      break;
    }
    case "notification.delivered":
      notifications.undelivered = undelivered.filter(
        ({ notification }) => notification !== event.notification,
      );
      break;
    case "notification.failed":
      notifications.undelivered = undelivered.map((one) =>
        one.notification === event.notification ? { ...one, isGivenUp: true } : one,
      );
      break;
    case "run.resumed":
    case "run.reopened":
      notifications.undelivered = undelivered.map((one) => ({ ...one, isGivenUp: false }));
      break;
    default:
  }
}

/** Whether one is on its way that the run waits for. */
export function isNotifying(
  { undelivered }: NotificationsState,
  { stopping }: LifecycleState,
): boolean {
  return stopping === null && undelivered.some(({ isGivenUp }) => !isGivenUp);
}

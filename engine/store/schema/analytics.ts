/**
 * What came of the calls of a day, worked out once. A change of what it counts removes it in the same transaction:
 * a day is there whole and right, or not at all. A row without a body is being worked out, by whoever holds its ticket.
 */
export const analyticsSchema = `
  create table call_days (
    from_ms integer primary key,
    to_ms   integer not null,
    ticket  text not null,
    body    text
  ) strict;
  create trigger call_days_call_inserted after insert on calls when new.ended_at_ms is not null begin
    ${forgetDay('new.started_at_ms')}
  end;
  create trigger call_days_call_updated after update on calls when new.ended_at_ms is not null begin
    ${forgetDay('new.started_at_ms')}
  end;
  create trigger call_days_call_deleted after delete on calls begin
    ${forgetDay('old.started_at_ms')}
  end;
  create trigger call_days_analysis_inserted after insert on call_analyses begin
    ${forgetDay('(select started_at_ms from calls where id = new.call_id)')}
  end;
  create trigger call_days_analysis_updated after update on call_analyses begin
    ${forgetDay('(select started_at_ms from calls where id = new.call_id)')}
  end;
  create trigger call_days_playbook_inserted after insert on playbook begin
    delete from call_days;
  end;
  create trigger call_days_playbook_updated after update on playbook begin
    delete from call_days;
  end;

  create table analytics_settings (
    id               integer primary key check (id = 1),
    minutes_per_call real not null check (minutes_per_call between 0 and 60)
  ) strict;
  insert into analytics_settings values (1, 3);
`;

/** No day is longer than two of the clock's, so that the key alone leads to the one that holds the moment. */
function forgetDay(atMs: string): string {
  return `delete from call_days where from_ms between ${atMs} - 172800000 and ${atMs} and to_ms > ${atMs};`;
}

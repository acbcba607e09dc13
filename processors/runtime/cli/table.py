"""Every command: its words, the function behind them, and a line of help."""

from __future__ import annotations

CLI = "processors.runtime.cli"

GROUPS = {
    "broker": "A real Kafka broker on this machine.",
    "topics": "The topics, as they are and as they should be.",
    "member": "One member's history.",
    "ledger": "The ledger as a whole.",
    "dlq": "Inputs that could not be read.",
    "program": "Program files.",
    "config": "Settings.",
}

COMMANDS = (
    ("broker start", f"{CLI}.broker:start_broker", "Start the local broker, or find it running."),
    ("broker stop", f"{CLI}.broker:stop_broker", "Stop the local broker; its data stays."),
    ("broker status", f"{CLI}.broker:show_status", "Say whether the local broker serves."),
    ("topics plan", f"{CLI}.topics:show_plan", "Show what is missing or differs."),
    ("topics apply", f"{CLI}.topics:apply_plan", "Create and adjust topics."),
    ("worker", f"{CLI}.worker:worker", "Run one worker until it is stopped."),
    ("clock", f"{CLI}.clock:clock", "Say that time has passed, for books on stream time."),
    ("send", f"{CLI}.send:send", "Send the events of a file, one to a line."),
    ("balance", f"{CLI}.balance:balance", "Show a member's balance."),
    ("liability", f"{CLI}.liability:show_liability", "Show what outstanding points are worth."),
    ("member explain", f"{CLI}.member:explain_member", "Explain a balance, line by line."),
    ("ledger verify", f"{CLI}.ledger:verify", "Read everything back, and check it."),
    ("ledger decide", f"{CLI}.ledger:decide", "Decide all inputs again, and compare."),
    ("dlq list", f"{CLI}.dlq:list_letters", "List dead letters and their reasons."),
    ("dlq show", f"{CLI}.dlq:show_letter", "Show one dead letter whole."),
    ("dlq retry", f"{CLI}.retry:retry", "Send dead letters once more."),
    ("program check", f"{CLI}.program:check_program", "Check a program file."),
    ("program test", f"{CLI}.program:play_examples", "Play a program's examples."),
    ("program explain", f"{CLI}.language:explain_finding", "Explain a finding of a check."),
    ("program preview", f"{CLI}.previewing:preview_event", "Show what an event would do."),
    ("program diff", f"{CLI}.language:show_diff", "Say what changed between two versions."),
    ("program keys", f"{CLI}.language:show_keys", "Show the keys of the language."),
    ("program schema", f"{CLI}.language:show_schema", "Print the language's JSON Schema."),
    ("config show", f"{CLI}.config:show_config", "Show the settings in force."),
)
"""Words, `module:function`, and help. A new command is one line here."""

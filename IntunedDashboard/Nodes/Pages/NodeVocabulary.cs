using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Nodes.Pages;

/// <summary>The words, signs and colours of nodes.</summary>
public static class NodeVocabulary
{
    private static readonly StateTerm Alive = new("alive", "Alive", Tone.Good, IconName.CheckCircle, 0);
    private static readonly StateTerm Draining = new("draining", "Draining", Tone.Warning, IconName.Pause, 1);
    private static readonly StateTerm Drained = new("drained", "Drained", Tone.Muted, IconName.Pause, 2);
    private static readonly StateTerm Stopped = new("stopped", "Stopped", Tone.Neutral, IconName.Stop, 3);
    private static readonly StateTerm Dead = new("dead", "Dead", Tone.Bad, IconName.CrossCircle, 4);

    public static StateTerm Of(NodeView node) => node switch
    {
        { EndedAt: not null, IsDead: true } => Dead,
        { EndedAt: not null } => Stopped,
        { IsDraining: true, Running: 0 } => Drained,
        { IsDraining: true } => Draining,
        _ => Alive,
    };
}
